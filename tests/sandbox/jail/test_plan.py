"""A planned jail, and what a client finds inside: one consistent machine, not the host."""

from __future__ import annotations

import json
import re

import msgspec
import pytest

from lab.errors import UsageError
from lab.factors.host_spec import BARE, Directory, File, HostSpec, Link, Terminal, User
from lab.sandbox.jail.host_facts import HostFacts, Mount
from lab.sandbox.jail.jail import Jail
from lab.sandbox.jail.login_variables import add_login_variables
from lab.sandbox.jail.plan import plan_jail

HOST = HostFacts(root_entries={"bin": "usr/bin", "lib64": "usr/lib64"})


def planned(spec: HostSpec = BARE, host: HostFacts = HOST):
    return plan_jail(Jail(spec.settled(), ("true",)), host, "/tree")


class TestPlan:
    def test_parents_come_before_children(self):
        tree = planned(BARE.with_files({"~/a/b/c": File(b"x"), "~/a-b": File()})).tree
        seen = {""}
        for path in tree:
            assert path.rpartition("/")[0] in seen
            if isinstance(tree[path], Directory):
                seen.add(path)

    def test_it_needs_nothing_of_the_host_but_the_host(self):
        assert planned() == planned()

    def test_the_environment_is_not_handed_to_bubblewrap(self):
        spec = BARE.with_variables(LD_PRELOAD="/evil.so", PERL5OPT="-Mevil")
        assert not any("evil" in word for word in planned(spec).arguments)
        assert b"LD_PRELOAD\0/evil.so" in planned(spec).start

    @pytest.mark.parametrize(
        "path", ["/usr/x", "/bin/x", "/proc/x", "/sys/x", "/dev/x", "x", "/shown/x"]
    )
    def test_files_are_refused_where_the_jail_is_read_only(self, path):
        host = HostFacts(mounts=(Mount("/shown"),))
        with pytest.raises(UsageError):
            planned(BARE.with_files({path: File()}), host)

    @pytest.mark.parametrize("directory", ["/", "/usr/src/project", "relative"])
    def test_the_working_directory_must_be_possible(self, directory):
        with pytest.raises(UsageError):
            planned(HostSpec(directory=directory))

    def test_what_is_shown_elsewhere_is_not_named_to_bubblewrap(self):
        host = HostFacts(locales="/cache", mounts=(Mount("/opt/x", source="/lab/x"), Mount("/y")))
        made = planned(host=host)
        assert made.host_folders == ("/cache", "/lab/x")
        words = " ".join(made.arguments)
        assert "--ro-bind /tree/0 /usr/lib/locale" in words
        assert "--ro-bind /tree/1 /opt/x" in words
        assert "--ro-bind /y /y" in words
        assert "/lab/x" not in words

    def test_usr_is_shown_with_a_layer_only_where_the_platform_has_one(self):
        assert "--ro-bind /usr /usr" in " ".join(planned().arguments)
        assert planned().layer == {}
        items = (("/usr/bin/tool", Link("/init")), ("/usr/lib/x/y", File(b"y")))
        spec = msgspec.structs.replace(
            BARE, platform=msgspec.structs.replace(BARE.platform, usr_files=items)
        )
        made = planned(spec, HostFacts(locales="/cache", has_os_release=True))
        words = " ".join(made.arguments)
        assert "--ro-bind /tree/0 /usr --" in words
        assert "--ro-bind /usr /usr" not in words
        assert words.index("/tree/0 /usr") < words.index("/usr/lib/os-release")
        assert words.index("/tree/0 /usr") < words.index("--ro-bind /tree/1 /usr/lib/locale")
        assert made.host_folders == ("+/usr", "/cache")
        assert list(made.layer) == ["/bin", "/bin/tool", "/lib", "/lib/x", "/lib/x/y"]

    def test_a_level_can_put_nothing_where_the_client_is(self):
        host = HostFacts(mounts=(Mount("/opt/x", source="/lab/x"),))
        with pytest.raises(UsageError, match="/opt/x is read-only there"):
            planned(BARE.with_files({"/opt/x/config": File()}), host)

    def test_an_empty_folder_covers_what_is_hidden_after_all_is_shown(self):
        host = HostFacts(mounts=(Mount("/x"),), hidden_paths=("/x/lab", "/usr/lab"))
        words = " ".join(planned(host=host).arguments)
        assert "--ro-bind /x /x --ro-bind /tree/empty /x/lab --ro-bind /tree/empty /usr/" in words


@pytest.mark.cell
class TestInside:
    def test_who_where_and_what_agree(self, run):
        user = User("alice", "Alice Liddell", 1234, 1235, "/home/alice", "/bin/sh")
        script = """
            id -u; id -g; id -un; getent passwd alice; getent passwd $(id -u) | cut -d: -f6
            echo $HOME $USER $LOGNAME $SHELL; pwd; hostname; cat /etc/hostname; uname -n
            getent ahosts wonder | head -1; hostname -f
        """
        ended = run(
            "sh",
            "-c",
            script,
            spec=HostSpec(user=user, hostname="wonder", domain="example.org"),
        )
        assert ended.stdout.decode().splitlines() == [
            *("1234", "1235", "alice"),
            "alice:x:1234:1235:Alice Liddell,,,:/home/alice:/bin/sh",
            "/home/alice",
            "/home/alice alice alice /bin/sh",
            "/home/alice/project",
            *("wonder", "wonder", "wonder"),
            "127.0.1.1       STREAM wonder.example.org",
            "wonder.example.org",
        ], ended.stderr

    def test_every_program_sees_the_same_zone(self, run):
        spec = HostSpec(localtime="Asia/Tokyo", timezone_file="Asia/Tokyo")
        script = """
            date +%Z; cat /etc/timezone; readlink /etc/localtime
            python3 -c 'import time; print(time.tzname[0])'
            node -p 'Intl.DateTimeFormat().resolvedOptions().timeZone'
        """
        ended = run("sh", "-c", script, spec=spec)
        assert ended.stdout.decode().split() == [
            *("JST", "Asia/Tokyo", "/usr/share/zoneinfo/Asia/Tokyo", "JST", "Asia/Tokyo"),
        ], ended.stderr

    def test_the_environment_is_exactly_what_was_set(self, run):
        ended = run("env", "-0", spec=BARE.with_variables(MARK="ü\n=x"))
        found = dict(line.split("=", 1) for line in ended.stdout.decode().split("\0") if line)
        settled = BARE.with_variables(MARK="ü\n=x").settled()
        assert found == add_login_variables(settled)

    def test_pipes_end_at_once(self, run):
        ended = run("sh", "-c", "cat; tty; [ -p /dev/stdin ] && echo pipe")
        assert ended.stdout == b"not a tty\npipe\n"

    def test_a_terminal_has_its_size_and_a_session(self, run):
        ended = run(
            "sh", "-c", "stty size; tty; ps -o tpgid= -p $$", terminal=Terminal("tty", 132, 43)
        )
        size, name, group = ended.stdout.decode().split("\r\n")[:3]
        assert (size, name) == ("43 132", "/dev/pts/0")
        assert int(group) > 0

    def test_the_instrument_does_not_show(self, run):
        script = """
            cat /proc/1/comm; tr '\\0' '\\n' </proc/1/cmdline | head -1
            cat /proc/1/environ /proc/1/maps 2>&1 | grep -c denied
            echo $(ls /proc/self/fd); head -1 /proc/1/sched 2>/dev/null; cat /proc/1/status
            cat /proc/self/mountinfo /proc/self/cgroup; ps -ef
        """
        ended = run("sh", "-c", script)
        text = ended.stdout.decode()
        assert text.split("\n")[:3] == ["systemd", "/sbin/init", "2"], text
        assert not re.search("bwrap|perl|holder|fingerprint", text)
        assert text.split("\n")[3] == "0 1 2 3"  # the last is that of ls itself

    def test_no_right_is_left(self, run):
        ended = run("sh", "-c", "grep -E 'Cap(Prm|Eff|Bnd)|NoNewPrivs' /proc/self/status")
        values = [line.split()[1] for line in ended.stdout.decode().splitlines()]
        assert values == ["0" * 16] * 3 + ["1"]

    @pytest.mark.parametrize(
        "place", ["/", "/etc", "/usr", "/bin", "/opt", "/proc/sys/kernel", "/dev"]
    )
    def test_what_is_not_the_users_cannot_be_written(self, run, place):
        assert run("sh", "-c", f"echo x >{place}/written").code != 0

    def test_files_links_modes_and_directories_are_put_in_place(self, run):
        spec = HostSpec(
            files={
                "~/.tool/secret": File(b"s", 0o600),
                "./run.sh": File(b"#!/bin/sh\necho ran\n", 0o755),
                "/etc/tool.conf": File(b"t"),
                "~/link": Link(".tool/secret"),
            },
            directories=("./empty/inner",),
        )
        script = """
            stat -c '%a %U %n' ~/.tool/secret run.sh empty/inner
            cat ~/link /etc/tool.conf; ./run.sh
        """
        ended = run("sh", "-c", script, spec=spec)
        assert ended.stdout.decode().splitlines() == [
            "600 dev /home/dev/.tool/secret",
            "755 dev run.sh",
            "755 dev empty/inner",
            "stran",
        ], ended.stderr

    def test_a_file_below_a_link_is_refused(self, run):
        files = {"~/link": Link("/etc"), "~/link/passwd": File(b"x")}
        with pytest.raises(UsageError, match="not a directory"):
            run("true", spec=HostSpec(files=files))

    @pytest.mark.parametrize("name", ["n" * 300, "a\0b"])
    def test_a_file_that_cannot_be_is_refused(self, run, name):
        with pytest.raises(UsageError):
            run("true", spec=BARE.with_files({f"~/{name}": File()}))

    @pytest.mark.parametrize("variables", [{"A\0B": "x"}, {"A": "x\0B"}, {"A=B": "x"}, {"": "x"}])
    def test_a_variable_that_cannot_be_is_refused(self, run, variables):
        with pytest.raises(UsageError):
            run("true", spec=BARE.with_variables(**variables))

    def test_readable_paths_are_shown_read_only(self, run, tmp_path):
        tmp_path.joinpath("program.py").write_text("print('hello')")
        ended = run("python3", str(tmp_path / "program.py"), readable=(str(tmp_path),))
        assert ended.stdout == b"hello\n", ended.stderr
        ended = run(
            "sh", "-c", f"echo x >{tmp_path}/new; ls {tmp_path}/..", readable=(str(tmp_path),)
        )
        assert ended.stdout.decode().split() == [tmp_path.name]
        assert not (tmp_path / "new").exists()

    def test_a_readable_place_of_the_users_stays_writable(self, run, tmp_path):
        tmp_path.joinpath("entry").write_text("entry")
        home = User(home=str(tmp_path))
        ended = run(
            "sh",
            "-c",
            "cat ~/entry && echo x >~/new && cat ~/new",
            readable=(str(tmp_path),),
            user=home,
        )
        assert ended.stdout == b"entryx\n", ended.stderr
        assert not (tmp_path / "new").exists()

    @pytest.mark.parametrize(
        "path", ["/", "/proc", "/sys/kernel", "/dev", "/etc", "/etc/ssl", "//etc", "/no/such", "x"]
    )
    def test_what_would_show_the_host_is_refused(self, run, path):
        with pytest.raises(UsageError):
            run("true", readable=(path,))

    def test_a_mapped_folder_does_not_reveal_its_host_path(self, run, tmp_path, locale_cache):
        folder = tmp_path / "a folder, ünusual: 100%"
        folder.mkdir()
        folder.joinpath("tool").write_text('#!/bin/sh\necho "$0"\n')
        folder.joinpath("tool").chmod(0o755)
        script = """
            /opt/thing/tool; ls /opt; cd /opt/thing; pwd -P; echo x 2>/dev/null >new || echo no
            cat /proc/self/mountinfo
        """
        ended = run("sh", "-c", script, mapped_folders=((str(folder), "/opt/thing"),))
        lines = ended.stdout.decode().splitlines()
        assert lines[:4] == ["/opt/thing/tool", "thing", "/opt/thing", "no"], ended.stderr
        mounts = "\n".join(lines[4:]).replace("/proc/slabinfo", "")
        assert " /opt/thing " in mounts
        for reported in (tmp_path.name, locale_cache.name, "lab", "pytest"):
            assert reported not in mounts

    @pytest.mark.parametrize("place", ["/usr/x", "/etc/x", "/proc", "opt/x"])
    def test_nothing_is_shown_over_what_the_jail_has(self, run, tmp_path, place):
        with pytest.raises(UsageError, match="can be shown"):
            run("true", mapped_folders=((str(tmp_path), place),))

    def test_a_readable_folder_does_not_cover_what_is_shown(self, run, tmp_path):
        host = tmp_path / "opt"
        for name in ("thing", "other"):
            (host / name).mkdir(parents=True)
            (host / name / "from").write_text(name)
        client = tmp_path / "client"
        client.mkdir()
        (client / "from").write_text("client")
        shown = ((str(client), f"{host}/thing"),)
        ended = run("sh", "-c", f"cat {host}/*/from", readable=(str(host),), mapped_folders=shown)
        assert ended.stdout == b"otherclient", ended.stderr
        with pytest.raises(UsageError, match="the jail has the client itself there"):
            run("true", readable=(f"{host}/thing/x",), mapped_folders=shown)

    @pytest.mark.parametrize("way", ["folder", "link", "above", "moved", "kept", "inner"])
    def test_hidden_folders_show_nothing_whatever_leads_there(self, run, tmp_path, way):
        agent = tmp_path / "above" / "agent"
        for path in (".lab/authority/key", ".lab/out/key", "src/out/key", "src/main"):
            (agent / path).parent.mkdir(parents=True, exist_ok=True)
            (agent / path).write_text(path)
        (agent / "by-link").symlink_to(".lab/authority/key")
        (tmp_path / "link").symlink_to(agent)
        hidden = tuple(f"{tmp_path}/link/{name}" for name in (".lab", ".lab/out", "src/out", "no"))
        place = str(agent)
        shows = {"readable": (place,)}
        if way == "link":
            place = f"{tmp_path}/link"
            shows = {"readable": (place,)}
        elif way == "above":
            shows = {"readable": (f"{tmp_path}/above",)}
        elif way == "moved":
            place = "/opt/agent"
            shows = {"mapped_folders": ((str(agent), place),)}
        elif way == "kept":
            shows["user"] = User(home=f"{agent}/src/home")
        elif way == "inner":
            shows["user"] = User(home=f"{agent}/.lab/home")
        script = f"""
            cd {place}; cat src/main; echo; find . -name key; cat by-link
            echo x >.lab/new; ls -A .lab src/out; ls -d src
        """
        ended = run("sh", "-c", script, hidden=hidden, **shows)
        lines = ended.stdout.decode().split()
        assert lines[0] == "src/main", ended.stderr
        assert "key" not in ended.stdout.decode()
        assert not {"authority", "out"} & set(lines)
        # With the jail's home inside it, the folder is the jail's own, and lies in its /tmp.
        assert ("new" in lines) == (way == "inner")
        assert not (agent / ".lab" / "new").exists()

    def test_a_hidden_folder_below_usr_shows_nothing_either(self, run):
        ended = run(
            "ls", "-A", "/usr/share", "/usr/share/zoneinfo", hidden=("/usr/share/zoneinfo",)
        )
        listed, hidden = ended.stdout.decode().split("\n\n")
        assert "zoneinfo" in listed.split()
        assert hidden.split() == ["/usr/share/zoneinfo:"]

    def test_a_program_in_a_hidden_folder_is_refused(self, run, tmp_path):
        (tmp_path / "agent").mkdir()
        with pytest.raises(UsageError, match="no client may see"):
            run("true", readable=(f"{tmp_path}/agent",), hidden=(str(tmp_path),))

    def test_a_client_installed_in_a_hidden_folder_is_shown(self, run, tmp_path):
        (tmp_path / "clients" / "x").mkdir(parents=True)
        (tmp_path / "clients" / "x" / "run").write_text("here")
        shown = ((f"{tmp_path}/clients/x", "/opt/x"),)
        ended = run("cat", "/opt/x/run", mapped_folders=shown, hidden=(str(tmp_path),))
        assert ended.stdout == b"here", ended.stderr

    def test_locales_exist_and_no_others(self, run):
        spec = HostSpec(locales=("de_DE.UTF-8",), variables={"LC_ALL": "de_DE.UTF-8"})
        ended = run("sh", "-c", "locale -a; date -d 2026-03-01 +%B; cat /nope", spec=spec)
        assert ended.stdout.decode().split() == ["C", "C.utf8", "de_DE.utf8", "POSIX", "März"]
        assert b"warning" not in ended.stderr

    def test_trust_is_the_labs_alone(self, run):
        script = """
import ssl, json
paths = ssl.get_default_verify_paths()
print(json.dumps([open(paths.cafile).read(), open("/etc/pki/tls/certs/ca-bundle.crt").read()]))
"""
        ended = run("/usr/bin/python3", "-c", script)
        assert json.loads(ended.stdout) == ["a certificate\n"] * 2, ended.stderr

    def test_the_os_is_the_labs_choice_everywhere(self, run):
        ended = run(
            "sh", "-c", "cmp /etc/os-release /usr/lib/os-release && grep ^ID /etc/os-release"
        )
        assert ended.stdout == b"ID=debian\n"
