from lab.observation.documents.budget import Budget


def test_a_body_may_be_opened_to_a_depth():
    budget = Budget()
    with budget.enter() as first, budget.enter() as second:
        assert first
        assert second
    levels = [budget.enter() for _ in range(8)]
    assert [level.__enter__() for level in levels] == [True] * 6 + [False] * 2


def test_readings_bytes_and_leaves_are_counted():
    budget = Budget(size=10, leaves=3)
    budget.take_bytes(4)
    assert budget.size == 6
    budget.take_bytes(40)
    assert budget.size == 0
    assert budget.take_leaves(2)
    assert not budget.take_leaves(2)
    assert budget.take_leaves(1)
    for _ in range(2_000):
        with budget.enter():
            pass
    with budget.enter() as allowed:
        assert not allowed
