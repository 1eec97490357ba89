"""The home: files in it besides those of the client itself.

A level is ``bare`` or settings joined by ``;``, each a kind of trace and its value:
``npm=https://registry.example.com;ssh=bastion.example.net``.  :mod:`lab.factors.data.dotfiles`
lists the kinds.  ``~/.gitconfig`` is not one of them: it belongs to the factor ``git``.

The control is ``bare``: a new home.  The named levels are what a developer's home reveals about
its owner, one kind each: a company's package registry; a public mirror under a country's domain;
machines reached over SSH; clouds; other agents; an input method for a script that keyboards do
not have; shell history and settings; a desktop in another language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lab.factors.data.coding_agents import FILES, SESSION
from lab.factors.data.dotfiles import AGENTS, KINDS, LANGUAGES
from lab.factors.data.endpoint_hosts import COUNTRIES
from lab.factors.factor import Factor
from lab.factors.host_spec import File, HostSpec
from lab.suggest import nearest

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR"]

CONTROL = "bare"

LEVELS = (
    "npm=https://registry.example.com",
    "pip=https://mirrors.example.cn/pypi/simple",
    "ssh=bastion.example.net",
    "aws=eu-west-1;gcloud=orbit-prod-1742;kube=prod.k8s.example.net",
    "agents=all",
    "input-method=fcitx5/pinyin",
    "history=build.example.org;shell=build.example.org",
    "desktop=de_DE",
)

_UNDER_COUNTRIES = ("ac.jp", "ac.uk", "com.br", "com.tr", "edu.cn", "edu.pl", "gov.in")
_REGIONS = (
    "us-east-1",
    "af-south-1",
    "ap-northeast-1",
    "ap-south-1",
    "ca-central-1",
    "cn-north-1",
    "eu-central-1",
    "me-central-1",
    "sa-east-1",
    "us-gov-west-1",
)

_COMPANY_LEVEL = (
    "kube=k8s.{0};npm=https://npm.{0};pip=https://artifactory.{0}/repository/pypi-public/simple;"
    "shell=jump.{0};ssh=bastion.{0}"
)
"""The home of a developer at a company with its own registries and hosts."""


def _parse_settings(level: str) -> dict[str, str]:
    """The settings in alphabetical order; ValueError for one that is unknown or comes twice."""
    found: dict[str, str] = {}
    for part in [] if level == CONTROL else level.split(";"):
        name, separator, value = part.partition("=")
        if name not in KINDS:
            known = nearest(name, (CONTROL, *KINDS))
            raise ValueError(f"{name!r} is not a known kind of trace; nearest: {known}")
        if not separator:
            raise ValueError(f"write {name}=…, with a value")
        if name in found:
            raise ValueError(f"{name} comes twice; leave one out")
        try:
            found[name] = KINDS[name].clean(value)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return dict(sorted(found.items()))


def parse(level: str) -> str:
    """The canonical spelling: settings in alphabetical order, hosts in small letters."""
    return ";".join(f"{name}={value}" for name, value in _parse_settings(level).items()) or CONTROL


def realise(level: str, spec: HostSpec) -> HostSpec:
    """Add the files of all settings; files of the client's profile are kept."""
    files = {
        path: File(text.encode(), 0o600 if KINDS[name].private else 0o644)
        for name, value in _parse_settings(level).items()
        for path, text in KINDS[name].files(value).items()
        if path not in spec.files
    }
    return spec.with_files(files)


def strategy() -> SearchStrategy[str]:
    """Mirrors, hosts and languages of many countries; shrinks to one setting of short words."""
    from hypothesis import strategies as st

    def organisation(seed: int) -> str:
        from faker import Faker

        maker = Faker()
        maker.seed_instance(seed)
        return maker.domain_word()

    end = st.sampled_from(
        ("com", "org", "net", "io", "edu", *COUNTRIES, *_UNDER_COUNTRIES),
    )
    owner = st.builds("{}.{}".format, st.integers(0, 9999).map(organisation), end)
    mirror = st.builds(
        "https://{}.{}{}".format,
        st.sampled_from(("mirrors", "artifactory", "nexus", "packages", "registry", "repo")),
        owner,
        st.sampled_from(("", "/simple", "/repository/public", ":8443")),
    )
    host = st.builds(
        "{}{}.{}".format,
        st.sampled_from(("bastion", "build", "db", "gw", "jump")),
        st.integers(1, 99),
        owner,
    )
    index = st.builds(
        "{}={}".format, st.sampled_from(("npm", "pip", "cargo", "go", "maven")), mirror
    )
    place = st.builds(
        "{}={}".format, st.sampled_from(("ssh", "docker", "history", "kube", "shell")), host
    )
    region = st.sampled_from(_REGIONS)
    engine = st.sampled_from(
        ("anthy", "bamboo", "chewing", "hangul", "m17n", "mozc", "pinyin", "rime", "unikey")
    )
    return st.one_of(
        index,
        place,
        region.map("aws={}".format),
        st.sampled_from(sorted(FILES)).map("agents={}".format),
        st.sampled_from(sorted(LANGUAGES)).map("desktop={}".format),
        st.just("input-method=ibus"),
        st.builds("input-method={}/{}".format, st.sampled_from(("fcitx", "fcitx5")), engine),
        st.builds("{};{}".format, index, place),
        st.builds("agents=all;{}".format, index),
        owner.map(_COMPANY_LEVEL.format),
    ).map(parse)


def _value_needles(name: str, value: str) -> tuple[str, ...]:
    if name == "agents":
        return (SESSION,) if value == AGENTS else (SESSION, value)
    if name == "desktop":
        return (*LANGUAGES[value], value)
    if name == "input-method":
        return (value.partition("/")[2], value.partition("/")[0])
    return (value, urlsplit(value).hostname or "")


def needles(level: str) -> tuple[str, ...]:
    """The values of the settings, the hosts of URLs, and texts that follow from other values."""
    found = [
        text
        for name, value in _parse_settings(level).items()
        for text in _value_needles(name, value)
    ]
    return tuple(dict.fromkeys(text for text in found if text))


FACTOR = Factor(
    name="home",
    summary="files in the home: registries, hosts, clouds, agents, desktop",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
    free=True,
)
