"""The facts of a simulated machine: the spec's, with those of the real processor."""

from __future__ import annotations

from lab.factors.host_spec import HostSpec, User
from lab.sandbox.jail.host_facts import HostFacts, build_machine_facts


def test_the_spec_gives_the_machine_and_the_host_its_processor():
    spec = HostSpec(hostname="wonder", user=User(uid=1234))
    host = HostFacts(architecture="aarch64", cpu_flags=frozenset({"fp"}), start_time=1.8e9)
    facts = build_machine_facts(spec, host)
    assert (facts.machine, facts.platform, facts.network) == (
        spec.machine,
        spec.platform,
        spec.network,
    )
    assert (facts.hostname, facts.uid) == ("wonder", 1234)
    assert (facts.architecture, facts.cpu_flags) == ("aarch64", {"fp"})
    assert facts.start_time == 1.8e9
