"""Every kind of failure is a LabError with an exit code of its own meaning."""

import pytest

from lab.errors import ClientError, LabError, MachineError, UsageError


@pytest.mark.parametrize(
    ("error", "code"), [(LabError, 4), (UsageError, 2), (MachineError, 4), (ClientError, 4)]
)
def test_each_kind_has_its_exit_code(error, code):
    assert issubclass(error, LabError)
    assert error("what; why; what to do").exit_code == code
