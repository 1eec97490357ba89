"""A profile's mistakes: one line each, with file, key, what is wrong and how to mend it."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.clients.profile import Expectations, InstallSource
from lab.clients.profile_loader import PLACEHOLDERS, fill_placeholders, parse_profile
from lab.errors import ClientError
from lab.internet.script import FixedAnswer

CONTRACT = """
[client]
name = "probe"
version = "1.0"
argv = ["/usr/bin/python3", "/abs/probe.py", "{prompt}"]
prompt = "say-ok"
timeout_s = 60
tty = false
[provider]
protocols = ["anthropic-messages"]
host = "api.anthropic.com"
endpoint_variable = "ANTHROPIC_BASE_URL"
[environment]
ANTHROPIC_API_KEY = "sk-ant-fake-000"
[optout]
DISABLE_TELEMETRY = "1"
[trust]
variables = []
[files.home]
".probe/config.json" = "{}"
[factors]
exclude = []
"""


def test_the_contracts_own_example():
    profile = parse_profile(CONTRACT, "probe.toml")
    assert profile.name == "probe"
    assert profile.version == "1.0"
    assert profile.argv == ("/usr/bin/python3", "/abs/probe.py", "{prompt}")
    assert profile.prompt == "say-ok"
    assert profile.timeout_s == 60.0
    assert profile.provider.protocols == ("anthropic-messages",)
    assert profile.provider.endpoint_variable == "ANTHROPIC_BASE_URL"
    assert profile.environment == {"ANTHROPIC_API_KEY": "sk-ant-fake-000"}
    assert profile.optout == {"DISABLE_TELEMETRY": "1"}
    assert profile.home_files == {".probe/config.json": "{}"}
    assert profile.install is None


def test_what_a_normal_run_contains():
    assert parse_profile(CONTRACT, "probe.toml").expects == Expectations()
    stated = (
        '[expects]\nprovider = true\ntool_result = true\nexit_code = 0\nhosts = ["a.example"]\n'
    )
    assert parse_profile(CONTRACT + stated, "probe.toml").expects == Expectations(
        True, True, 0, ("a.example",)
    )


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("[expects]\nprovidr = true", "providr"),
        ("[expects]\nexit_code = 256", "an exit code from 0 to 255"),
        ('[expects]\nhosts = ["https://a.example"]', "without https://"),
        ("[expects]\nprovider = true", "names no provider"),
        ("[expects]\ntool_result = true", "names no protocol"),
        (
            '[provider]\nendpoint_variable = "URL"\nendpoint_required = true',
            "what unset stands for",
        ),
    ],
)
def test_an_expectation_that_cannot_be_is_refused(stated, told):
    bare = '[client]\nname = "x"\nargv = ["/bin/true"]\n'
    with pytest.raises(ClientError, match=told):
        parse_profile(bare + stated, "probe.toml")


def test_everything_beyond_the_example():
    profile = parse_profile(
        """
        [client]
        name = "x"
        argv = ["x"]
        [install]
        npm = "@scope/x"
        candidates = ["bin/x", "cli.js"]
        extra = ["y@1"]
        node = "22"
        [provider]
        endpoint_variable = ["A_URL", "B_URL"]
        official = "https://api.example.com/v1"
        endpoint_files = { ".x/config" = "base = {endpoint}" }
        [factors]
        exclude = ["clock"]
        [[answers]]
        path = "/catalogue*"
        status = 404
        """,
        "x.toml",
    )
    assert profile.install == InstallSource(
        npm="@scope/x", candidates=("bin/x", "cli.js"), extra=("y@1",), node="22"
    )
    assert profile.provider.endpoint_variable == ("A_URL", "B_URL")
    assert profile.provider.endpoint_files == {".x/config": "base = {endpoint}"}
    assert profile.answers == (FixedAnswer(path="/catalogue*", status=404),)
    assert profile.exclude == ("clock",)


def with_(section: str) -> str:
    return '[client]\nname = "x"\nargv = ["/x"]\n' + section


MISTAKES = {
    "name = ": ["not valid TOML", "invalid value"],
    '[client]\nname = "x"': ["[client] argv", "missing"],
    '[client]\nargv = ["/x"]': ["[client] name", "missing"],
    "[provider]": ["[client]", "missing"],
    with_("tmeout_s = 3"): ["mine.toml:4: [client] tmeout_s", "did you mean timeout_s?"],
    with_("[provder]"): ["mine.toml:4: [provder]", "did you mean provider?"],
    with_("[Provider]"): ["[Provider]", "did you mean provider?"],
    with_('timeout_s = "60"'): ["[client] timeout_s", "must be a number of seconds", "not '60'"],
    with_("timeout_s = true"): ["[client] timeout_s", "not true"],
    with_("timeout_s = 0"): ["[client] timeout_s", "above 0"],
    with_("timeout_s = nan"): ["[client] timeout_s", "above 0"],
    with_('tty = "yes"'): ["[client] tty", "true or false, not 'yes'"],
    with_("version = 1.0"): [
        "mine.toml:4: [client] version",
        "must be a text",
        "not 1.0",
        "quotes",
    ],
    with_('prompt = ""'): ["[client] prompt", "empty"],
    '[client]\nname = "x"\nargv = "/x y"': ["[client] argv", "must be a list of texts"],
    '[client]\nname = "x"\nargv = []': ["[client] argv", "empty"],
    '[client]\nname = "x"\nargv = ["/x", 1]': ["[client] argv[1]: must be a text"],
    '[client]\nname = "x"\nargv = ["/x", "\\u0000"]': ["[client] argv", "NUL"],
    '[client]\nname = "x"\nargv = ["/x", "{promt}"]': ["{promt}", "did you mean {prompt}?"],
    '[client]\nname = "a/b"\nargv = ["/x"]': ["[client] name", "'a/b'"],
    '[client]\nname = ".."\nargv = ["/x"]': ["[client] name", "'..'"],
    '[client]\nname = "x"\nargv = ["{install}/x"]': ["[client] argv", "no [install] section"],
    'client = "x"': ["client", "write [client]"],
    with_("[install]"): ["[install]", "exactly one of npm and pypi"],
    with_('[install]\nnpm = "a"\npypi = "b"'): ["[install]", "exactly one of npm and pypi"],
    with_('[install]\nnpm = "a@1"'): ["[install] npm", "version goes into [client] version"],
    with_('[install]\nnpm = "a b; rm"'): ["[install] npm", "must be a package's name"],
    with_('[install]\nnpm = "--help"'): ["[install] npm", "must be a package's name"],
    with_('[install]\nnpm = "a"\nexecutable = "../x"'): ["[install] executable", ".."],
    with_('[install]\nnpm = "a"\ncandidates = ["/x"]'): ["[install] candidates", "relative"],
    with_('[install]\nnpm = "a"\nnode = "v22"'): ["[install] node", 'node = "22"'],
    with_('[install]\npypi = "a"\nnode = "22"'): ["[install] node", "npm clients only"],
    with_('[provider]\nprotocols = ["openai"]'): ["protocols", "did you mean openai-chat?"],
    with_('[provider]\nhost = "https://a.b"'): ["[provider] host", "without https://"],
    with_('[provider]\nendpoint_variable = "A-B"'): ["endpoint_variable", "'A-B'"],
    with_('[provider]\nofficial = "a.b"'): ["[provider] official", "base URL"],
    with_('[provider]\nendpoint_files = { "a" = "b" }'): ["endpoint_files", "{endpoint}"],
    with_("[environment]\nA = 1"): ["[environment] A: must be a text", "not 1"],
    with_('[optout]\n"A B" = "1"'): ["[optout]", "'A B' is not a variable's name"],
    with_('[trust]\nvariables = "A"'): ["[trust] variables", '["…", …]'],
    with_('[files.home]\n"/etc/passwd" = ""'): ["[files] home", "relative path"],
    with_('[files.home]\n"../x" = ""'): ["[files] home", "relative path"],
    with_('[files.hme]\n"x" = ""'): ["[files] hme", "did you mean home?"],
    with_('[answers]\npath = "/"'): ["answers", "[[answers]]"],
    with_("[[answers]]\nstatus = 200"): ["mine.toml:4: [[answers]] path", "missing"],
    with_('[[answers]]\npath = "/"\nstatus = 99'): ["status", "200 to 599, not 99"],
    with_("[factors]\nexclude = [1]"): ["[factors] exclude[0]"],
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_one_line_that_says_where_and_how_to_mend_it(text):
    with pytest.raises(ClientError) as raised:
        parse_profile(text, "mine.toml")
    message = str(raised.value)
    assert re.match(r"mine\.toml(:[1-9][0-9]*)?: ", message)
    assert "\n" not in message
    for words in MISTAKES[text]:
        assert words in message


VALUES = [
    *("1", "1.5", "nan", "true", '""', '"x"', '"\\u0000"', "1979-05-27", "[]", "[1]", '["x"]'),
    *("[[]]", "{}", '{ a = "b" }', "{ a = { b = 1 } }", "[{}]", "1e400", "9" * 400),
]


@given(
    section=st.sampled_from(
        ["client", "install", "provider", "trust", "factors", "environment", "files", "answers"]
    ),
    key=st.from_regex(r"[a-z_]{1,12}", fullmatch=True),
    value=st.sampled_from(VALUES),
)
def test_no_other_error_escapes_whatever_a_section_holds(section, key, value):
    text = f"[{section}]\n{key} = {value}\n"
    if section != "client":
        text = with_("") + text
    with suppress(ClientError):
        parse_profile(text, "x.toml")


WHOLE = (
    CONTRACT
    + """
[install]
npm = "@scope/probe"
candidates = ["a"]
extra = ["b"]
node = "22"
[[answers]]
path = "/"
status = 200
"""
)
STATEMENTS = [n for n, line in enumerate(WHOLE.splitlines()) if " = " in line]


@given(
    number=st.sampled_from(STATEMENTS),
    key=st.none() | st.sampled_from(["x", "nmae", '"a b"', "a.b", '"\\u0000"']),
    value=st.none() | st.sampled_from(VALUES) | st.text("[]{}=\"'a1,.", max_size=6),
)
def test_any_broken_key_or_value_of_a_valid_profile_is_one_line(number, key, value):
    lines = WHOLE.splitlines()
    old_key, _, old_value = lines[number].partition(" = ")
    lines[number] = f"{old_key if key is None else key} = {old_value if value is None else value}"
    try:
        parse_profile("\n".join(lines), "x.toml")
    except ClientError as error:
        assert re.match(r"x\.toml(:[1-9][0-9]*)?: ", str(error))  # noqa: PT017
        assert "\n" not in str(error)  # noqa: PT017
        assert len(str(error)) < 400  # noqa: PT017


@given(text=st.text(), values=st.dictionaries(st.sampled_from(PLACEHOLDERS), st.text()))
def test_fill_touches_only_what_it_has_a_value_for(text, values):
    filled = fill_placeholders(text, values)
    if not any("{" + name + "}" in text for name in values):
        assert filled == text


def test_fill_is_one_pass_and_leaves_other_braces():
    assert (
        fill_placeholders('{"a": "{prompt}"}', {"prompt": "{home}", "home": "/h"})
        == '{"a": "{home}"}'
    )
    assert fill_placeholders("{endpoint} {}", {"prompt": "x"}) == "{endpoint} {}"


def test_the_profile_in_the_documentation_is_one():
    page = Path(__file__).parents[2] / "docs" / "howto-add-a-client.md"
    (text,) = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert parse_profile(text, page.name).name == "probe"
