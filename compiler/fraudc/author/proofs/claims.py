"""Two plans, or one, in, what can be proved about their rules out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

from fraudc.author.proofs.conditions import true_of
from fraudc.author.proofs.domains import compared
from fraudc.author.proofs.formulas import ALWAYS, NEVER, Atom, Every, Formula, TooManyCubes, cubes, named, negated
from fraudc.author.proofs.reading import read_alike
from fraudc.author.proofs.terms import Terms
from fraudc.author.proofs.windows import narrowed
from fraudc_runtime.expr import Field, Slot
from fraudc_runtime.plan import Plan, Rule

Kind = Literal["never", "always", "adds", "removes", "unchanged", "same", "within"]


@dataclass(frozen=True, slots=True)
class Claim:
    """What is proved about the rule; `other` is the rule that it is `same` as or `within`.

    never: no transaction makes it alert. always: every transaction that it sees matches. adds, removes: the set of its alerts can only
    grow, or shrink; `unchanged` both. same: it alerts exactly where `other` does; within: wherever it alerts `other` does.
    About live alerts of the same transactions read from the first one on, and not about what an alert says.
    """

    rule: str
    kind: Kind
    other: str | None = None


MOST_PAIRS = 20_000


@dataclass(frozen=True)
class Case:
    """A rule of a plan whose expressions `terms` reads."""

    rule: Rule
    terms: Terms

    @cached_property
    def seen(self) -> Formula:
        """Which transactions it looks at."""
        return ALWAYS if self.rule.where is None else true_of(self.terms.expression(self.rule, self.rule.where))

    @cached_property
    def condition(self) -> Formula:
        """Where its `when` is true."""
        return true_of(self.terms.expression(self.rule, self.rule.when))

    @cached_property
    def matches(self) -> Formula:
        """Which transactions match, in the time in which it is in force."""
        time = Field(self.terms.plan.schema.event_time, "timestamp", False)
        start = [] if self.rule.start is None else [Atom(time, compared(">=", self.rule.start, whole=True))]
        end = [] if self.rule.end is None else [Atom(time, compared("<", self.rule.end, whole=True))]
        return Every((self.seen, self.condition, *start, *end))

    @cached_property
    def cancels(self) -> Formula:
        """Which later transactions cancel a match that is held."""
        return NEVER if self.rule.unless is None else true_of(self.terms.expression(self.rule, self.rule.unless))

    @cached_property
    def about(self) -> frozenset[object]:
        """The terms that its matches depend on, windows by their kind."""
        return frozenset(self.terms.kinds.get(term.signature, term) if isinstance(term, Slot) else term for term in named(self.matches))

    @property
    def live(self) -> Fraction:
        """For which share of keys its alerts are live."""
        return Fraction(self.rule.rollout) if self.rule.mode == "live" else Fraction(0)


def claims_of(plan: Plan, old: Plan | None = None) -> tuple[Claim, ...]:
    """Claims about the rules of `plan` that are not in `old` as they are: by themselves, against `old` and against the others.

    Of two that say the same only the later one is told. Of very many rules, the first MOST_PAIRS pairs are looked at.
    """
    before = {rule.id: rule for rule in old.rules} if old is not None else {}
    terms, terms_before = Terms(plan), Terms(old or plan)
    cases = [Case(rule, terms) for rule in plan.rules]
    found: list[Claim] = []
    pairs = 0
    for at, case in enumerate(cases):
        was = before.get(case.rule.id)
        if was is not None and was == case.rule and (old is None or old.lists == plan.lists):
            continue
        alone = _alone(case)
        found += alone
        if old is not None and was is not None and read_alike(was, plan, old) and read_alike(case.rule, old, plan):
            found += _since(Case(was, terms_before), case)
        pairs += len(cases)
        if not alone and pairs <= MOST_PAIRS:
            found += _beside(case, cases[:at], cases[at + 1 :])
    return tuple(found)


def _alone(case: Case) -> list[Claim]:
    if not possible(case.matches, [case.terms]):
        return [Claim(case.rule.id, "never")]
    if not possible(Every((case.seen, negated(case.condition))), [case.terms]):
        return [Claim(case.rule.id, "always")]
    return []


def _since(was: Case, case: Case) -> list[Claim]:
    adds, removes = _within(was, case), _within(case, was)
    match adds, removes:
        case True, True:
            return [Claim(case.rule.id, "unchanged")]
        case True, False:
            return [Claim(case.rule.id, "adds")]
        case False, True:
            return [Claim(case.rule.id, "removes")]
        case _:
            return []


def _beside(case: Case, earlier: Sequence[Case], later: Sequence[Case]) -> Iterator[Claim]:
    """The first rule of each kind."""
    for other in (*earlier, *later):
        if case.live and other.live and _related(case, other) and _within(case, other):
            same = _within(other, case)
            if not same or other in earlier:
                yield Claim(case.rule.id, "same" if same else "within", other.rule.id)
                return


def _related(case: Case, other: Case) -> bool:
    return case.rule.entity == other.rule.entity and bool(case.about & other.about)


def _within(inner: Case, outer: Case) -> bool:
    """Whether each live alert of the inner rule is one of the outer rule too, about the same transaction."""
    if not inner.live:
        return True
    if inner.rule.entity != outer.rule.entity or not _rolled_out(inner, outer):
        return False
    known = [inner.terms, outer.terms]
    if outer.rule.cooldown is not None:  # one match more may suppress another
        equal = inner.rule.cooldown == outer.rule.cooldown and inner.rule.within == outer.rule.within
        return equal and _equal(inner.matches, outer.matches, known) and _equal(inner.cancels, outer.cancels, known)
    return _implies(inner.matches, outer.matches, known) and _cancelled(inner, outer, known)


def _cancelled(inner: Case, outer: Case, known: Sequence[Terms]) -> bool:
    """Whether what cancels a match of the outer rule cancels the inner one's."""
    if outer.rule.within is None:
        return True
    return inner.rule.within is not None and outer.rule.within <= inner.rule.within and _implies(outer.cancels, inner.cancels, known)


def _rolled_out(inner: Case, outer: Case) -> bool:
    """Shares of keys are drawn by the rule's id: those of another rule are other keys."""
    return outer.live == 1 or (inner.rule.id == outer.rule.id and inner.live <= outer.live)


def _equal(left: Formula, right: Formula, known: Sequence[Terms]) -> bool:
    return _implies(left, right, known) and _implies(right, left, known)


def _implies(left: Formula, right: Formula, known: Sequence[Terms]) -> bool:
    return left == right or not possible(Every((left, negated(right))), known)


def possible(formula: Formula, known: Sequence[Terms]) -> bool:
    """False where no transaction can satisfy it; True also where that is too much to find out."""
    try:
        return any(narrowed(cube, known) is not None for cube in cubes(formula))
    except (TooManyCubes, RecursionError):
        return True
