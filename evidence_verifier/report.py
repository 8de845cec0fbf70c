"""What the judge has to say: statements that are proved, open or wrong, in Persian and English."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from evidence_verifier.words import HEADINGS, WORDS


class Level(StrEnum):
    """How a statement stands."""

    PROVED = "proved"
    OPEN = "not_proved"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that is proved, cannot be proved from this file, or contradicts itself."""

    level: Level
    code: str
    values: Mapping[str, Any]

    @property
    def fa(self) -> str:
        """In Persian."""
        return WORDS[self.code][0].format(**self.values)

    @property
    def en(self) -> str:
        """In English."""
        return WORDS[self.code][1].format(**self.values)


@dataclass(slots=True)
class ExchangeStory:
    """What the proved entries of one exchange tell."""

    exchange_id: str
    contract: str = ""
    sender: str = ""
    case_id: str = ""
    first_us: int = 0
    last_us: int = 0
    state: str = ""
    code: str = ""
    entries: int = 0
    last_seq: int = 0
    checkpoint: int = 0
    """The smallest checkpoint that covers its last entry."""
    not_after: str = ""
    """The independent time by which all of it existed, if there is one."""


@dataclass(slots=True)
class Report:
    """Everything that came of judging one file."""

    origin: str = ""
    made_at: str = ""
    statements: list[Statement] = field(default_factory=list)
    exchanges: dict[str, ExchangeStory] = field(default_factory=dict)

    def proved(self, code: str, **values: Any) -> None:
        """Add what is proved."""
        self.statements.append(Statement(Level.PROVED, code, values))

    def open(self, code: str, **values: Any) -> None:
        """Add what this file does not prove."""
        self.statements.append(Statement(Level.OPEN, code, values))

    def wrong(self, code: str, **values: Any) -> None:
        """Add what contradicts what should be proved."""
        self.statements.append(Statement(Level.WRONG, code, values))

    def of(self, level: Level) -> list[Statement]:
        """The statements of one level."""
        return [statement for statement in self.statements if statement.level is level]

    @property
    def holds(self) -> bool:
        """Whether there is something proved, and nothing wrong."""
        return bool(self.of(Level.PROVED)) and not self.of(Level.WRONG)

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "holds": self.holds,
            "origin": self.origin,
            "made_at": self.made_at,
            **{
                level.value: [{"code": s.code, "fa": s.fa, "en": s.en, **s.values} for s in self.of(level)]
                for level in Level
            },
            "exchanges": [
                {
                    "exchange_id": story.exchange_id,
                    "contract": story.contract,
                    "sender": story.sender,
                    "case_id": story.case_id,
                    "state": story.state,
                    "code": story.code,
                    "entries": story.entries,
                    "begun_at_us": story.first_us,
                    "changed_at_us": story.last_us,
                    "not_after": story.not_after,
                }
                for story in self.exchanges.values()
            ],
        }

    def as_text(self, most_exchanges: int = 50) -> str:
        """For people: Persian first, English beside it."""
        said = [HEADINGS["holds" if self.holds else "broken"], ""]
        for level in (Level.WRONG, Level.PROVED, Level.OPEN):
            statements = self.of(level)
            if statements:
                said += [HEADINGS[level.value], ""]
                for statement in statements:
                    said += [f"  • {statement.fa}", f"    {statement.en}", ""]
        shown = list(self.exchanges.values())[:most_exchanges]
        if shown:
            said += [HEADINGS["exchanges"], ""]
            said += [line for story in shown for line in _lines(story)]
        if len(self.exchanges) > len(shown):
            said.append(f"  … {len(self.exchanges) - len(shown)}")
        return "\n".join(said).rstrip() + "\n"


def _lines(story: ExchangeStory) -> list[str]:
    from_whom = story.sender or "?"
    code = f" ({story.code})" if story.code else ""
    case = f", case {story.case_id}" if story.case_id else ""
    return [
        f"  {story.exchange_id}",
        f"    {story.contract}, {from_whom}{case}: {story.state}{code}, {story.entries} entries",
        f"    {moment(story.first_us)} – {moment(story.last_us)}"
        + (f"; not after {story.not_after}" if story.not_after else ""),
        "",
    ]


def moment(at_us: int) -> str:
    """A moment of the hub's clock as RFC 3339 in UTC."""
    try:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)
    except OverflowError:
        return str(at_us)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
