"""Marks of clouds agree with the distribution and contain what identifies them."""

import json

import pytest

from lab.factors.data.clouds import CLOUDS
from lab.factors.data.distributions import DISTRIBUTIONS
from lab.factors.host_spec import File


@pytest.mark.parametrize("name", ["amazon-ec2", "azure", "google-compute"])
@pytest.mark.parametrize("distribution", ["debian", "ubuntu"])
def test_cloud_init_records_the_distribution_and_its_cloud_kernel(name, distribution):
    chosen = DISTRIBUTIONS[distribution]
    mark = CLOUDS[name](chosen)
    file = mark.files["/run/cloud-init/instance-data.json"]
    assert isinstance(file, File)
    recorded = json.loads(file.content)["v1"]
    assert recorded["distro"] == distribution
    assert mark.kernel == chosen.clouds[name]
    assert recorded["kernel_release"] == chosen.clouds[name].release


@pytest.mark.parametrize("name", CLOUDS)
def test_needles_are_in_the_variables_or_files_of_the_mark(name):
    mark = CLOUDS[name](DISTRIBUTIONS["debian"])
    texts = [*mark.variables.values(), *mark.files]
    texts += [file.content.decode() for file in mark.files.values() if isinstance(file, File)]
    assert mark.needles
    assert [needle for needle in mark.needles if not any(needle in text for text in texts)] in (
        [],
        ["9b04e7c2d15f4a8386d0c3b71f2e5a94"],
    )
