"""Which quiet clients are audited, and how the share of false audits is reported."""

import json

import msgspec

from bench.nulls import NullAudit, encode_audits, format_lines, schedule_audits
from tests.specimens import specimen_set

QUIET = tuple(one for one in specimen_set.load_all() if one.quiet and one.is_ordinary)


def test_noisy_clients_come_first_and_are_half_of_all():
    names = [specimen.name for specimen in schedule_audits(QUIET, 50)]
    assert len(names) == 50
    assert names[0] == "null_noisy"
    assert names[2] == "null_noisy_node"
    assert sum(name.startswith("null_noisy") for name in names) == 25
    assert set(names) == {specimen.name for specimen in QUIET}


def test_some_quiet_clients_alone_take_turns():
    (one, two) = QUIET[0], QUIET[-1]
    assert [each.name for each in schedule_audits((one, two), 3)] == [one.name, two.name, one.name]


def test_the_share_stands_beside_alpha_with_its_exact_interval():
    audits = [NullAudit("null_noisy", n, "no signal", 100, 1.0, ()) for n in range(49)]
    audits.append(NullAudit("null_quiet", 49, "signal", 100, 1.0, ("ci at x",)))
    text = list(format_lines(audits, 0.05))
    assert text[0] == (
        "50 audits of quiet clients: 1 with a false signal, 0.020 "
        "(exact 95 % interval 0.001–0.106); alpha 0.05"
    )
    assert "  null_quiet: 1 of 1 audits false, 100 trials each" in text
    assert "  false: null_quiet seed 49: ci at x" in text
    found = json.loads(encode_audits(audits, [], 0.05))
    assert found["false"] == 1
    assert found["audits"][49] == json.loads(msgspec.json.encode(audits[49]))


def test_without_an_audit_there_is_no_share():
    assert list(format_lines([], 0.05)) == ["no audit of quiet clients was made; alpha 0.05"]
    assert json.loads(encode_audits([], ["why"], 0.05))["share"] is None
