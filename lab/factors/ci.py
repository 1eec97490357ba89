"""CI: the environment variables of a build service.

The control is ``none``.  A level is the name of a service, whose variables are set as its
documentation lists them for a push to main, or ``CI=VALUE``, the variable that almost all
services share.  The named levels are the services that surveys of developers name most, and
the shared variable alone.  The strategy uses all services below.

Numbers and hashes are invented and fixed.  Variables with the machine, the user or the working
directory (``RUNNER_NAME``, ``GITHUB_WORKSPACE``) are left out: other factors decide those.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lab.factors.factor import Factor
from lab.factors.host_spec import HostSpec
from lab.suggest import nearest

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR", "SERVICES"]

CONTROL = "none"

LEVELS = ("CI=true", "buildkite", "github-actions", "gitlab-ci", "jenkins")

_COMMIT = "6b1f0c2e9a7d4358b0e1c5f2a9d8374e6c5b1a20"

SERVICES: Mapping[str, Mapping[str, str]] = {
    "github-actions": {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION": "__run",
        "GITHUB_ACTOR": "octo-dev",
        "GITHUB_API_URL": "https://api.github.com",
        "GITHUB_BASE_REF": "",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_GRAPHQL_URL": "https://api.github.com/graphql",
        "GITHUB_HEAD_REF": "",
        "GITHUB_JOB": "build",
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_REF_NAME": "main",
        "GITHUB_REF_TYPE": "branch",
        "GITHUB_REPOSITORY": "example/project",
        "GITHUB_REPOSITORY_OWNER": "example",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_RUN_ID": "17482930561",
        "GITHUB_RUN_NUMBER": "42",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_SHA": _COMMIT,
        "GITHUB_WORKFLOW": "CI",
        "RUNNER_ARCH": "X64",
        "RUNNER_ENVIRONMENT": "github-hosted",
        "RUNNER_OS": "Linux",
    },
    "gitlab-ci": {
        "CI": "true",
        "CI_API_V4_URL": "https://gitlab.com/api/v4",
        "CI_COMMIT_BRANCH": "main",
        "CI_COMMIT_REF_NAME": "main",
        "CI_COMMIT_SHA": _COMMIT,
        "CI_COMMIT_SHORT_SHA": _COMMIT[:8],
        "CI_DEFAULT_BRANCH": "main",
        "CI_JOB_ID": "9143027755",
        "CI_JOB_NAME": "build",
        "CI_JOB_STAGE": "build",
        "CI_PIPELINE_ID": "1702845519",
        "CI_PIPELINE_IID": "42",
        "CI_PIPELINE_SOURCE": "push",
        "CI_PROJECT_ID": "48210377",
        "CI_PROJECT_NAME": "project",
        "CI_PROJECT_NAMESPACE": "example",
        "CI_PROJECT_PATH": "example/project",
        "CI_PROJECT_URL": "https://gitlab.com/example/project",
        "CI_SERVER": "yes",
        "CI_SERVER_HOST": "gitlab.com",
        "CI_SERVER_NAME": "GitLab",
        "CI_SERVER_URL": "https://gitlab.com",
        "GITLAB_CI": "true",
    },
    "jenkins": {
        "BRANCH_NAME": "main",
        "BUILD_DISPLAY_NAME": "#42",
        "BUILD_ID": "42",
        "BUILD_NUMBER": "42",
        "BUILD_TAG": "jenkins-project-main-42",
        "BUILD_URL": "https://jenkins.example.com/job/project/job/main/42/",
        "EXECUTOR_NUMBER": "0",
        "GIT_BRANCH": "main",
        "GIT_COMMIT": _COMMIT,
        "JENKINS_URL": "https://jenkins.example.com/",
        "JOB_BASE_NAME": "main",
        "JOB_NAME": "project/main",
        "JOB_URL": "https://jenkins.example.com/job/project/job/main/",
        "NODE_NAME": "built-in",
    },
    "buildkite": {
        "BUILDKITE": "true",
        "BUILDKITE_AGENT_NAME": "agent-1",
        "BUILDKITE_BRANCH": "main",
        "BUILDKITE_BUILD_ID": "0198f3b2-6c1d-4e7a-9b52-3f8d7c2a6e10",
        "BUILDKITE_BUILD_NUMBER": "42",
        "BUILDKITE_BUILD_URL": "https://buildkite.com/example/project/builds/42",
        "BUILDKITE_COMMIT": _COMMIT,
        "BUILDKITE_JOB_ID": "0198f3b2-7e44-4c19-8d06-51b9e0c7f3aa",
        "BUILDKITE_ORGANIZATION_SLUG": "example",
        "BUILDKITE_PIPELINE_SLUG": "project",
        "BUILDKITE_SOURCE": "webhook",
        "CI": "true",
    },
    "circleci": {
        "CI": "true",
        "CIRCLECI": "true",
        "CIRCLE_BRANCH": "main",
        "CIRCLE_BUILD_NUM": "42",
        "CIRCLE_BUILD_URL": "https://circleci.com/gh/example/project/42",
        "CIRCLE_JOB": "build",
        "CIRCLE_PROJECT_REPONAME": "project",
        "CIRCLE_PROJECT_USERNAME": "example",
        "CIRCLE_SHA1": _COMMIT,
        "CIRCLE_WORKFLOW_ID": "5a0c6e7b-2f31-4d8e-a9b4-c7d1e0f39826",
    },
    "azure-pipelines": {
        "AGENT_OS": "Linux",
        "BUILD_BUILDID": "42",
        "BUILD_DEFINITIONNAME": "project",
        "BUILD_REASON": "IndividualCI",
        "BUILD_REPOSITORY_NAME": "example/project",
        "BUILD_SOURCEBRANCH": "refs/heads/main",
        "BUILD_SOURCEVERSION": _COMMIT,
        "SYSTEM_TEAMPROJECT": "project",
        "TF_BUILD": "True",
    },
    "bitbucket-pipelines": {
        "BITBUCKET_BRANCH": "main",
        "BITBUCKET_BUILD_NUMBER": "42",
        "BITBUCKET_COMMIT": _COMMIT,
        "BITBUCKET_REPO_FULL_NAME": "example/project",
        "BITBUCKET_WORKSPACE": "example",
        "CI": "true",
    },
    "travis-ci": {
        "CI": "true",
        "CONTINUOUS_INTEGRATION": "true",
        "TRAVIS": "true",
        "TRAVIS_BRANCH": "main",
        "TRAVIS_BUILD_NUMBER": "42",
        "TRAVIS_COMMIT": _COMMIT,
        "TRAVIS_REPO_SLUG": "example/project",
    },
    "teamcity": {
        "BUILD_NUMBER": "42",
        "BUILD_VCS_NUMBER": _COMMIT,
        "TEAMCITY_PROJECT_NAME": "project",
        "TEAMCITY_VERSION": "2025.07",
    },
    "drone": {
        "CI": "true",
        "DRONE": "true",
        "DRONE_BRANCH": "main",
        "DRONE_BUILD_NUMBER": "42",
        "DRONE_COMMIT_SHA": _COMMIT,
        "DRONE_REPO": "example/project",
    },
}


def _variables(level: str) -> Mapping[str, str]:
    if level == CONTROL:
        return {}
    name, separator, value = level.partition("=")
    return {name: value} if separator else SERVICES[level]


def parse(level: str) -> str:
    """The level itself.

    Raises:
        ValueError: The service is not known here.
    """
    if level == CONTROL or level in SERVICES or re.fullmatch(r"CI=[A-Za-z0-9_.-]{1,64}", level):
        return level
    known = (CONTROL, "CI=true", *SERVICES)
    raise ValueError(f"{level!r} is not a known build service; nearest: {nearest(level, known)}")


def realise(level: str, spec: HostSpec) -> HostSpec:
    """Set the variables of the service; variables of the profile are kept."""
    return spec.with_variables(**_variables(level))


def strategy() -> SearchStrategy[str]:
    """Any service, or the bare variable with another value; shrinks to ``CI=true``."""
    from hypothesis import strategies as st

    value = st.sampled_from(("true", "1", "yes", "false", "0"))
    return st.one_of(value.map("CI={}".format), st.sampled_from(tuple(SERVICES)))


def needles(level: str) -> tuple[str, ...]:
    """The service's name, and those of its values that are not just words or small numbers."""
    values = [
        value for value in _variables(level).values() if len(value) > 7 and not value.isalpha()
    ]
    name = level if level in SERVICES else ""
    return tuple(dict.fromkeys(text for text in (*values, name) if text))


FACTOR = Factor(
    name="ci",
    summary="the variables of a build service",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
)
