"""The folder of an audit: a new one, or the one of the same audit that was stopped.

Two audits are the same if client, factors, levels, seed and options are; limits and the number of
jobs may differ, because they decide only how far an audit comes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from lab.clients.profile import Client
from lab.errors import UsageError
from lab.experiment.options import AuditOptions
from lab.experiment.scope import Scope
from lab.files import choose_numbered_folder, make_safe_name
from lab.store import read_metadata
from lab.version import __version__

__all__ = ["choose_folder", "identify_audit"]

_DATABASE = "trials.sqlite"
_WORDS = {
    "client": "other files or another profile of the client",
    "factors": "other factors or levels",
    "lab": "another version of the lab",
}
"""How a difference is stated whose value says nothing to people."""


def identify_audit(client: Client, options: AuditOptions, scope: Scope) -> dict[str, str]:
    """What must be the same for an audit to go on, as the store keeps it.

    Args:
        client: The client under test.
        options: The options of the audit.
        scope: The factors with their levels.
    """
    # The seed decides the canaries, so that they say nothing about the factors.
    made_up = {(canary.factor, canary.level) for canary in scope.canaries}
    levels = {
        name: [level for level in values if (name, level) not in made_up]
        for name, values in scope.levels.items()
    }
    words = _digest("\n".join(options.words))
    return {
        "client": client.digest,
        "factors": _digest(json.dumps(levels, sort_keys=True)),
        "seed": str(options.seed),
        "strength": str(options.strength),
        "alpha": str(options.alpha),
        "sweep": ",".join(options.sweep),
        "search": json.dumps([options.search, options.search_trials, words])
        if options.search
        else "",
        "lab": __version__,
    }


def choose_folder(client: Client, options: AuditOptions, scope: Scope) -> Path:
    """The folder in which an audit keeps its trials.

    Args:
        client: The client under test.
        options: The options of the audit; ``resume`` asks for the folder of the same audit.
        scope: The factors with their levels.

    Raises:
        UsageError: The folder of ``out`` is taken, or there is no such audit to go on with.
    """
    identity = identify_audit(client, options, scope)
    if options.out is not None:
        if not options.resume:
            if _holds_audit(options.out):
                raise UsageError(
                    f"{options.out} already holds an audit; add --resume to go on with it, "
                    "or choose another folder with --out"
                )
            return options.out
        if not _holds_audit(options.out):
            raise UsageError(
                f"there is no audit in {options.out} to go on with; leave --resume out"
            )
        if differences := _list_differences(read_metadata(options.out), identity):
            raise UsageError(
                f"{options.out} holds another audit ({', '.join(differences)}); use the same, or "
                "another folder with --out"
            )
        return options.out
    audits = options.home / "audits"
    name = f"{make_safe_name(client.label)}-{scope.digest[:8]}-seed{options.seed}"
    if not options.resume:
        return choose_numbered_folder(audits / name, _holds_audit)
    found = {}
    for database in audits.glob(f"*/{_DATABASE}"):
        folder = database.parent
        found[folder] = _list_differences(read_metadata(folder), identity)
        # Audits of earlier versions have their levels in the folder's name only.
        if not found[folder] and not folder.name.startswith(name):
            found[folder] = [_WORDS["factors"]]
    same = [folder for folder, differences in found.items() if not differences]
    if same:
        return max(same, key=lambda folder: (_changed_at(folder), folder.name))
    nearest = min(
        found, key=lambda folder: (len(found[folder]), -_changed_at(folder)), default=None
    )
    hint = "" if nearest is None else f" (the nearest, {nearest}: {', '.join(found[nearest])})"
    raise UsageError(f"there is no such audit in {audits} to go on with{hint}; leave --resume out")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _holds_audit(folder: Path) -> bool:
    return (folder / _DATABASE).exists()


def _changed_at(folder: Path) -> float:
    return (folder / _DATABASE).stat().st_mtime


def _list_differences(known: Mapping[str, str], identity: Mapping[str, str]) -> list[str]:
    """In what a stored audit differs, in words; what it does not record does not differ."""
    return [
        _WORDS.get(key, f"{key} {known[key] or 'none'}, not {value or 'none'}")
        for key, value in identity.items()
        if known.get(key, value) != value
    ]
