"""The project: files in the working directory besides those of the factor ``git``.

A level is ``plain`` or kinds of files joined by ``+``, each a name, or a name and a value:
``node=@example-corp/ledger+env``.  :mod:`lab.factors.data.project_templates` lists the kinds.

The control is ``plain``: three files of a very small program, and nothing else.  The named levels
are the ways in which projects differ: their language (one that is published privately under a
scope; one alone; several together), a monorepo, instructions for agents (the file that most
agents share; those of single agents), and local settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.factors.data.project_templates import KINDS, scope_registry
from lab.factors.factor import Factor
from lab.factors.host_spec import File, HostSpec
from lab.suggest import nearest

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR"]

CONTROL = "plain"
NAME = "ledger"
"""The name where a level gives none."""

LEVELS = (
    "python",
    "node=@example-corp/ledger",
    "go+java+rust",
    "monorepo",
    "agents-md",
    "claude-md+copilot-md+cursorrules+gemini-md",
    "env",
)

_COMPLETE_PROJECT = "agents-md={2} {0}+claude-md={2} {0}+env={0}+gemini-md={2} {0}+node=@{0}/{1}"
"""A project with files that most agents read."""


def _parse_kinds(level: str) -> dict[str, str]:
    """The names by kind, in alphabetical order; ValueError for an unknown or a second one."""
    found: dict[str, str] = {}
    for part in [] if level == CONTROL else level.split("+"):
        kind, separator, name = part.partition("=")
        if kind not in KINDS:
            known = nearest(kind, (CONTROL, *KINDS))
            raise ValueError(f"{kind!r} is not a known kind of project; nearest: {known}")
        if kind in found:
            raise ValueError(f"{kind} comes twice; leave one out")
        try:
            found[kind] = KINDS[kind].clean(name) if separator else NAME
        except ValueError as error:
            raise ValueError(f"{kind}: {error}") from None
    return dict(sorted(found.items()))


def parse(level: str) -> str:
    """The canonical spelling: kinds in alphabetical order, without the default name."""
    parts = [
        kind if name == NAME else f"{kind}={name}" for kind, name in _parse_kinds(level).items()
    ]
    return "+".join(parts) or CONTROL


def realise(level: str, spec: HostSpec) -> HostSpec:
    """Add the files of all kinds; files of the client's profile are kept."""
    files = {
        path: File(text.encode())
        for kind, name in _parse_kinds(level).items()
        for path, text in KINDS[kind].files(name).items()
        if path not in spec.files
    }
    return spec.with_files(files)


def strategy() -> SearchStrategy[str]:
    """Kinds with invented names, one or several; shrinks to one kind with a short name."""
    from hypothesis import strategies as st

    word = st.sampled_from(("app", "billing", "docs", "search", "tools"))
    label = st.builds("{}-{}".format, word, st.integers(1, 9999))

    def heading(language: str, seed: int) -> str:
        from faker import Faker

        maker = Faker(language)
        maker.seed_instance(seed)
        return maker.catch_phrase() if language == "en_US" else maker.company()

    title = st.builds(
        heading,
        st.sampled_from(("en_US", "de_DE", "hi_IN", "ja_JP", "pt_BR", "ru_RU", "zh_CN")),
        st.integers(0, 9999),
    ).map(lambda text: text.replace("+", " ").replace("=", " "))
    package = st.one_of(
        st.builds("{}={}".format, st.sampled_from(("python", "node", "rust", "java")), label),
        st.builds("node=@{}/{}".format, label, word),
        st.builds("go={}.example/{}".format, label, word),
    )
    instructions = st.builds(
        "{}={}".format,
        st.sampled_from(("agents-md", "claude-md", "copilot-md", "cursorrules", "gemini-md")),
        title,
    )
    folder = st.builds("{}={}".format, st.sampled_from(("env", "monorepo")), label)
    return st.one_of(
        package,
        folder,
        instructions,
        st.builds("{}+{}".format, package, folder),
        st.builds("{}+{}".format, package, instructions),
        st.builds(_COMPLETE_PROJECT.format, label, word, title),
    ).map(parse)


def needles(level: str) -> tuple[str, ...]:
    """The names, the parts of one with a scope or path, and the registry of a private one."""
    found: list[str] = []
    for kind, name in _parse_kinds(level).items():
        own = scope_registry(name) if kind == "node" else None
        found += [name, *(name.lstrip("@").split("/") if kind in {"go", "node"} else ())]
        found += [own, own.removeprefix("https://")] if own else []
    return tuple(dict.fromkeys(text for text in found if text))


FACTOR = Factor(
    name="project",
    summary="languages, instructions for agents and settings in the working directory",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
    free=True,
)
