from evaluations.models.evaluations import (
    Answer,
    Comment,
    Evaluation,
    EvaluationStep,
    Sheet,
)
from evaluations.models.rulesets import (
    Criterion,
    Form,
    Option,
    RatingYear,
    RuleSet,
    Tier,
)

__all__ = [
    "Answer",
    "Comment",
    "Criterion",
    "Evaluation",
    "EvaluationStep",
    "Form",
    "Option",
    "RatingYear",
    "RuleSet",
    "Sheet",
    "Tier",
]
