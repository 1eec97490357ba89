import pytest

from lab.errors import LabError
from lab.experiment.events import AuditFinished, Warned
from lab.experiment.follow import follow
from tests.reports.examples import EMPTY


class Audit:
    def __init__(self, *events) -> None:
        self.events = events
        self.closed = False

    def run(self):
        try:
            yield from self.events
        finally:
            self.closed = True


def test_every_handler_sees_every_event_in_order_and_the_report_comes_back():
    events = [Warned("one"), Warned("two"), AuditFinished(EMPTY)]
    left, right = [], []
    assert follow(Audit(*events).run(), left.append, right.append) is EMPTY
    assert left == right == events


def test_an_audit_without_a_report_is_the_labs_fault():
    with pytest.raises(LabError, match="without a report"):
        follow(Audit(Warned("one")).run())


@pytest.mark.parametrize("error", [KeyboardInterrupt, BrokenPipeError])
def test_the_audit_is_closed_before_the_exception_of_a_handler_goes_on(error):
    audit = Audit(Warned("one"), AuditFinished(EMPTY))
    held = audit.run()

    def fail(event) -> None:
        raise error

    with pytest.raises(error):
        follow(held, fail)
    assert audit.closed
