"""Records of profiles and clients."""

import msgspec
import pytest

from lab.clients.profile import Client, InstallSource, Profile, ProviderSettings


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


@pytest.mark.parametrize("record", [InstallSource, ProviderSettings])
def test_sections_refuse_unknown_keys(record):
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({"colour": "red"}, record)
