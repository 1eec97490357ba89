"""The twin and the cell, side by side: the same program, the same environment, the same features.

Each specimen in Python runs twice in a cell and once in a twin, with the same interpreter.
What both runs in the cell agree on, the twin must say too, to the last letter; what differs
between them is noise, of which the twin must have as much.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.clients.base_spec import build_endpoint
from lab.clients.profile import Client, Profile, ProviderSettings
from lab.environment import Environment
from lab.experiment.trials.host_roles import assign_roles
from lab.factors.registry import control_environment, factors, get_factor
from lab.observation.features import Features, extract_features
from lab.observation.generated_hosts import group_generated_hosts
from lab.observation.location import Location
from lab.observation.parts import MANNER_PARTS
from lab.observation.records import Observation
from lab.sandbox.sandbox import Sandbox
from lab.sandbox.twin import Twin
from lab.sandbox.twin.process.run_script import script
from tests.specimens import specimen_set

pytestmark = pytest.mark.cell

LEFT_OUT = {
    "coin_screen": "draws what it sends",
    "confounder_counter": "counts 50 ms since the machine began, and a twin is there sooner",
    "confounder_load": "grades how fast it ran, and a twin runs in less time",
    "confounder_sampled": "draws what it sends",
    "crashes": "its signal is the process's own, which a twin reports but does not die of",
    "eats_memory": "takes memory, which only a jail bounds",
    "fills_disk": "takes disk, which here is memory",
    "forks_away": "starts processes",
    "keeps_quiet": "starts git",
    "long_memory": "draws what it sends",
    "lucky_lab": "draws what it sends",
    "many_hands": "hardly two of its runs look alike, in a cell either",
    "never_ends": "a twin's time limit is tested apart",
    "null_noisy": "hardly two of its runs look alike, in a cell either",
    "sampled_hostname": "draws what it sends",
    "probabilistic": "draws what it sends",
    "prints_gigabyte": "prints more than a cell allows, and a twin has no such limit",
    "scattered_batch": "draws what it sends",
    "spawns_many": "starts processes",
    "two_whispers": "draws what it sends",
    "websocket_network": "sends a random key, which one time in forty does not look like one",
}
SPECIMENS = tuple(
    each
    for each in specimen_set.load_all()
    if each.argv[0].endswith("python3") and each.name not in LEFT_OUT
)
INTERPRETER = os.path.realpath(sys.executable)


def client(specimen: specimen_set.Specimen) -> Client:
    provider = specimen_set.load_provider()
    prefix = os.path.realpath(sys.base_prefix)
    return Client(
        profile=Profile(
            name=specimen.name,
            argv=specimen.argv,
            timeout_s=20,
            provider=ProviderSettings(
                host=provider.host, endpoint_variable=provider.endpoint_variable
            ),
            environment={"ANTHROPIC_API_KEY": "sk-ant-fake-000"},
            optout=provider.optout,
        ),
        version="1",
        digest=specimen.name,
        source="specimens",
        program=(INTERPRETER, str(specimen.file)),
        readable=(str(specimen.file.parent), *(() if prefix == "/usr" else (prefix,))),
    )


def environments(specimen: specimen_set.Specimen) -> Iterator[Environment]:
    """The control, and one in which all that matters to the specimen is different at once."""
    bare = control_environment(factors())
    draw = random.Random(specimen.name)
    yield bare
    yield bare.but({name: draw.choice(get_factor(name).levels) for name in specimen.factors})


def features(observation: Observation, environment: Environment, of: Client) -> Features:
    endpoint = build_endpoint(of)
    return extract_features(observation, assign_roles(environment, endpoint, endpoint.host))


def different(cells: list[Features], twin: Features) -> dict[Location, tuple[object, ...]]:
    """Where the twin says something else than the cells."""
    first, second, twin = group_generated_hosts([*cells, twin])
    found = {}
    for place in {*first, *second, *twin}:
        values = tuple(each.get(place, ()) for each in (first, second, twin))
        if place.part in MANNER_PARTS and () in values:
            continue  # whether there is a character to be written so is a matter of chance
        if values[0] == values[1]:
            same = values[0] == values[2]
        else:
            same = len(values[2]) in {len(values[0]), len(values[1])}
        if not same:
            found[place] = values
    return found


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda each: each.name)
def test_a_twin_says_what_a_cell_says(specimen: specimen_set.Specimen, tmp_path: Path) -> None:
    of = client(specimen)
    run = script(specimen.file)
    with (
        Sandbox(of, jobs=1, home=tmp_path) as cells,
        Twin.for_client(of, run, home=tmp_path) as twin,
    ):
        for environment in environments(specimen):
            observed = [cells.observe(environment), cells.observe(environment)]
            here = twin.observe(environment)
            said = here.exit.stderr.decode()
            assert here.exit.verdict == "finished", said
            assert here.exit.code == observed[0].exit.code, said
            found = different(
                [features(each, environment, of) for each in observed],
                features(here, environment, of),
            )
            assert not found, environment
