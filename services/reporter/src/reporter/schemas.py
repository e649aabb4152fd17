"""What requests may carry; unknown fields are refused."""

from marshmallow import RAISE, Schema, fields, validate

from contracts.questionnaire import GROUPS, LANGUAGES, LEVELS


class Strict(Schema):
    """Refuses what it does not know."""

    class Meta:
        unknown = RAISE


class LanguageQuery(Strict):
    """The language of a page or export."""

    lang = fields.String(validate=validate.OneOf(LANGUAGES), metadata={"description": "az or en"})


class NationalQuery(LanguageQuery):
    """Which national figures are asked for; left out means all."""

    campaign = fields.String(validate=validate.Length(min=1, max=80), metadata={"description": "default: the newest"})
    level = fields.String(validate=validate.OneOf(("all", *LEVELS)))
    group = fields.String(validate=validate.OneOf(GROUPS))
    region = fields.String(validate=validate.Length(min=1, max=80), metadata={"description": "an economic region"})


class SignonForm(Strict):
    """The one-time grant that identity hands to a browser or a client."""

    grant = fields.String(required=True, validate=validate.Length(min=1, max=8000))
