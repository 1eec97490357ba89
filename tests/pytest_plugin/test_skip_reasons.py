"""Only errors of a test that could not measure anything skip it."""

import pytest

from lab.errors import MachineError, UsageError
from lab.pytest_plugin.skip_reasons import explain_unmeasured
from lab.testing import current_subject


def raised(error, module="tests.some"):
    """The error, as a module of this name raises it."""
    with pytest.raises(type(error)) as caught:
        exec("raise error", {"__name__": module, "error": error})
    return caught.value


def test_an_error_of_observing_is_a_reason():
    error = raised(MachineError("no bubblewrap"), "lab.testing.subject")
    assert explain_unmeasured(error) == "no bubblewrap"


def test_the_same_error_elsewhere_is_a_failure():
    assert explain_unmeasured(raised(MachineError("no bubblewrap"))) is None


def test_to_observe_without_a_client_is_a_reason():
    error = raised(UsageError("no client to observe"), current_subject.__name__)
    assert explain_unmeasured(error) == "no client to observe"


def test_another_wrong_call_is_a_failure():
    assert explain_unmeasured(raised(UsageError("no factor x"), "lab.testing.observe")) is None
