"""Coding agents, by the traces that each leaves: variables around it, and files in the home.

``VARIABLES`` are those that an agent sets for the commands that it runs; lists of programs that
detect agents are their source.  ``FILES`` are those that an agent leaves below the home after
one use.  Only histories, logs and session files are included, no configuration, so that an agent
that is itself the client does not change its settings.

The list is general knowledge, independent of any client.  Order has no meaning.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["FILES", "SESSION", "VARIABLES"]

SESSION = "4b8d6e12-93a5-4c07-8f1e-d05a7c2b6e94"
"""The invented id of the conversation in all files."""

_FOLDER = "/srv/notes"
_QUESTION = "What does this function return?"
_MOMENT = "2026-09-02T09:14:31"
_SECONDS = 1_788_340_471
"""The same moment, a few days before the control of the clock."""

_PAGERS = {"GIT_PAGER": "cat", "PAGER": "cat"}

VARIABLES: Mapping[str, Mapping[str, str]] = {
    "amp": {"AGENT": "amp"},
    "augment": {"AUGMENT_AGENT": "1"},
    "claude-code": {"CLAUDECODE": "1", "CLAUDE_CODE_ENTRYPOINT": "cli"},
    "cline": {"CLINE_ACTIVE": "true"},
    "codex": {"CODEX_CI": "1", "CODEX_THREAD_ID": SESSION, "GH_PAGER": "cat", **_PAGERS},
    "cursor": {
        "CURSOR_AGENT": "1",
        "CURSOR_TRACE_ID": "7e90c1d54f6a4b3c8a2d1b6e0f935c48",
        "PAGER": "head -n 10000 | cat",
    },
    "gemini-cli": {"GEMINI_CLI": "1", **_PAGERS},
    "goose": {"AGENT": "goose", "GOOSE_TERMINAL": "1"},
    "opencode": {"AGENT": "1", "OPENCODE": "1"},
    "qwen-code": {"QWEN_CODE": "1", **_PAGERS},
}
"""The variables that an agent sets for its commands, by its name."""

FILES: Mapping[str, Mapping[str, str]] = {
    "aider": {
        "~/.aider.chat.history.md": (
            f"\n# aider chat started at {_MOMENT.replace('T', ' ')}\n\n#### {_QUESTION}\n\n"
            "It returns the sum.\n"
        ),
    },
    "claude-code": {
        f"~/.claude/projects/-srv-notes/{SESSION}.jsonl": (
            f'{{"type":"summary","summary":"{_QUESTION}","leafUuid":"{SESSION}"}}\n'
        ),
    },
    "codex": {
        "~/.codex/history.jsonl": (
            f'{{"session_id":"{SESSION}","ts":{_SECONDS},"text":"{_QUESTION}"}}\n'
        ),
    },
    "continue": {
        "~/.continue/sessions/sessions.json": (
            f'[{{"sessionId":"{SESSION}","title":"{_QUESTION}",'
            f'"dateCreated":"{_SECONDS}000","workspaceDirectory":"file://{_FOLDER}"}}]\n'
        ),
    },
    "copilot": {
        f"~/.copilot/logs/{SESSION}.log": f"{_MOMENT}.120Z [INFO] session {SESSION} began\n",
    },
    "cursor": {
        "~/.cursor/projects/srv-notes/terminals/1.txt": (
            f"---\npid: 2841\ncwd: {_FOLDER}\n---\n$ git status\n"
        ),
    },
    "gemini-cli": {
        f"~/.gemini/tmp/{SESSION}/logs.json": (
            f'[{{"sessionId":"{SESSION}","messageId":0,"type":"user",'
            f'"message":"{_QUESTION}","timestamp":"{_MOMENT}.120Z"}}]\n'
        ),
    },
    "goose": {
        "~/.config/goose/history.txt": f"#V2\n{_QUESTION}\n",
    },
    "opencode": {
        "~/.local/share/opencode/log/2026-09-02T091431.log": (
            f"INFO  {_MOMENT} +31ms service=default directory={_FOLDER} opencode\n"
        ),
    },
    "qwen-code": {
        f"~/.qwen/tmp/{SESSION}/logs.json": (
            f'[{{"sessionId":"{SESSION}","messageId":0,"type":"user",'
            f'"message":"{_QUESTION}","timestamp":"{_MOMENT}.120Z"}}]\n'
        ),
    },
    "windsurf": {
        "~/.codeium/windsurf/installation_id": f"{SESSION}\n",
    },
}
"""The files that an agent leaves in the home after use, by its name: paths and texts."""
