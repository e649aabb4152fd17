"""What requests may carry; unknown fields are refused."""

from marshmallow import RAISE, Schema, fields, validate

from contracts.questionnaire import AREAS, GROUPS, LANGUAGES, LEVELS


class Strict(Schema):
    """Refuses what it does not know."""

    class Meta:
        unknown = RAISE


class LanguageQuery(Strict):
    """The language of a page or export."""

    lang = fields.String(validate=validate.OneOf(LANGUAGES), metadata={"description": "az or en"})


class ReportQuery(LanguageQuery):
    """What of a school's report is looked at; left out means all of it, in the form's order."""

    area = fields.String(validate=validate.OneOf(AREAS), metadata={"description": "one area alone"})
    sort = fields.String(validate=validate.OneOf(("form", "gap")), metadata={"description": "order of an area's items"})
    groups = fields.String(
        validate=validate.Regexp(f"^({'|'.join(GROUPS)})(,({'|'.join(GROUPS)}))*$"),
        metadata={"description": "groups with commas between them, or the field once for each"},
    )


class PlanQuery(LanguageQuery):
    """How the plan's form begins: with an item to choose, or with the steps of the last plan."""

    item = fields.String(validate=validate.Length(min=1, max=8), metadata={"description": "an item for a new step"})
    carry = fields.String(validate=validate.Equal("yes"), metadata={"description": "begin with the last plan's steps"})
    saved = fields.String(validate=validate.Equal("yes"), metadata={"description": "say that it was saved"})


class PlanStep(Strict):
    """One step of a plan; what is missing or wrong in it is answered field by field."""

    item = fields.String(load_default="")
    goal = fields.String(load_default="")
    owner = fields.String(load_default="")
    due = fields.String(load_default="")


class PlanBody(Strict):
    """A whole plan, to be put in place of `revision` (0 where there is none yet)."""

    revision = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=10**9))
    steps = fields.List(fields.Nested(PlanStep), required=True, validate=validate.Length(max=50))


class CsvQuery(LanguageQuery):
    """How a CSV file is written."""

    bom = fields.String(
        validate=validate.OneOf(("yes", "no")), metadata={"description": "byte order mark; default yes"}
    )


class NationalQuery(LanguageQuery):
    """Which national figures are asked for; left out means all."""

    campaign = fields.String(validate=validate.Length(min=1, max=80), metadata={"description": "default: the newest"})
    level = fields.String(validate=validate.OneOf(("all", *LEVELS)))
    group = fields.String(validate=validate.OneOf(GROUPS))
    region = fields.String(validate=validate.Length(min=1, max=80), metadata={"description": "an economic region"})


class DataQuery(LanguageQuery):
    """Whose open data the page shows."""

    campaign = fields.String(validate=validate.Length(min=1, max=80), metadata={"description": "default: the newest"})


class EditionsQuery(Strict):
    """Which editions are listed: of a campaign, before a number, so many."""

    campaign = fields.String(validate=validate.Length(min=1, max=80), metadata={"description": "default: the newest"})
    before = fields.Integer(validate=validate.Range(min=1, max=10**6), metadata={"description": "an edition's number"})
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=500))


class TableQuery(Strict):
    """Which rows of a table of an edition are asked for; left out means all."""

    level = fields.String(validate=validate.OneOf(("all", *LEVELS)))
    group = fields.String(validate=validate.OneOf(GROUPS))
    class_ = fields.String(data_key="class", attribute="class", validate=validate.Length(min=1, max=200))
    area = fields.String(validate=validate.OneOf(AREAS))
    item = fields.String(validate=validate.Length(min=1, max=8))
    after = fields.Integer(load_default=0, validate=validate.Range(min=0, max=10**6))
    limit = fields.Integer(load_default=1000, validate=validate.Range(min=1, max=5000))


class SignonForm(Strict):
    """The one-time grant that identity hands to a browser or a client."""

    grant = fields.String(required=True, validate=validate.Length(min=1, max=8000))
