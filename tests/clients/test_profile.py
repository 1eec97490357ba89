"""Records of profiles and clients."""

import msgspec
import pytest

from lab.clients.profile import (
    Client,
    Expectations,
    InstallSource,
    Profile,
    ProviderSettings,
    encode_profile,
)


@pytest.mark.parametrize(("version", "label"), [("1.2", "probe@1.2"), ("", "probe")])
def test_a_client_is_labelled_as_the_user_would_type_it(version, label):
    profile = Profile(name="probe", argv=("/probe",))
    client = Client(profile, version, "d", "program", ("/probe",), ())
    assert (client.name, client.label) == ("probe", label)


def test_a_profile_survives_json_which_its_digest_covers():
    profile = Profile(
        name="probe",
        argv=("probe",),
        install=InstallSource(npm="probe", candidates=("a",)),
        provider=ProviderSettings(protocols=("openai-chat",), endpoint_variable="A_URL"),
        environment={"A": "1"},
    )
    assert msgspec.json.decode(msgspec.json.encode(profile), type=Profile) == profile


def test_a_digest_covers_what_decides_how_the_client_runs_and_nothing_else():
    plain = Profile("probe", ("probe",), environment={"B": "2", "A": "1"})
    # The bytes of the lab of 2026-11, so that its stored trials are found again.
    assert encode_profile(plain).startswith(b'{"name":"probe","argv":["probe"],"version":null,')
    assert b'"environment":{"A":"1","B":"2"},"optout":{},' in encode_profile(plain)
    assert b"expects" not in encode_profile(plain)
    assert b"required" not in encode_profile(plain)
    expecting = msgspec.structs.replace(plain, expects=Expectations(exit_code=3))
    assert encode_profile(expecting) == encode_profile(plain)
    needing = msgspec.structs.replace(plain, provider=ProviderSettings(endpoint_required=True))
    assert encode_profile(needing) != encode_profile(plain)
    assert encode_profile(msgspec.structs.replace(plain, prompt="x")) != encode_profile(plain)


@pytest.mark.parametrize("record", [Expectations, InstallSource, ProviderSettings])
def test_sections_refuse_unknown_keys(record):
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({"colour": "red"}, record)
