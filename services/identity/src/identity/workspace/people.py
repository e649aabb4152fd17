"""The ministry's accounts and API keys, as an officer keeps them."""

from flask import Response, request

from contracts.values import LEVELS
from identity.current import the_desk
from identity.desk import accounts
from identity.reasons import Refused
from identity.slips import qr
from identity.staff import KEY_PURPOSES, MINISTRY_ROLES
from identity.store import schools, staff
from identity.workspace.frame import blueprint, confirmed, go, me, needs, reason, render, t


@blueprint.get("/people")
@needs("people")
def list_people() -> Response:
    return _people({})


def _people(errors: dict[str, str]) -> Response:
    place = the_desk().place
    return render(
        "people.html",
        422 if errors else 200,
        people=staff.people(place),
        keys=staff.api_keys(place),
        roles=MINISTRY_ROLES,
        levels=LEVELS,
        purposes=KEY_PURPOSES,
        regions=schools.regions(place),
        errors=errors,
        form=request.form,
    )


@blueprint.post("/people")
@needs("people")
def post_person() -> Response:
    """A new account, whose secrets are shown once."""
    form = request.form
    role, scope = form.get("role", ""), form.get("scope", "") or None
    try:
        made = accounts.add_ministry(
            the_desk(), form.get("user", "").strip().lower(), role, scope if role == "agency" else None, by=me()
        )
    except Refused as refusal:
        return _people({"scope" if refusal.reason == "bad-role" else "user": reason(refusal)})
    return _shown(made)


def _shown(made: accounts.NewAccount) -> Response:
    secret = [made.totp_secret[at : at + 4] for at in range(0, len(made.totp_secret), 4)]
    return render("person_made.html", made=made, secret=" ".join(secret), picture=qr(made.otpauth))


@blueprint.get("/people/<user>/<any(reset, end):deed>")
@needs("people")
def confirm_person(user: str, deed: str) -> Response:
    return _confirm(user, deed, {})


def _confirm(user: str, act: str, errors: dict[str, str]) -> Response:
    found = accounts.of_ministry(the_desk(), user)
    return render("person_confirm.html", 422 if errors else 200, found=found, act=act, errors=errors)


@blueprint.post("/people/<user>/<any(reset, end):deed>")
@needs("people")
def post_confirm_person(user: str, deed: str) -> Response:
    """New secrets for an account of the ministry, or its end; the word must have been typed."""
    desk = the_desk()
    accounts.of_ministry(desk, user)
    if not confirmed(f"confirm.{deed}"):
        return _confirm(user, deed, {"word": t("confirm.wrong")})
    if deed == "reset":
        made = accounts.reset(desk, me(), user)
        if made is None:
            raise Refused("unknown-user")
        return _shown(made)
    try:
        accounts.end(desk, me(), user)
    except Refused as refusal:
        return _confirm(user, deed, {"word": reason(refusal)})
    return go("/people")


@blueprint.post("/keys")
@needs("api-keys")
def post_key() -> Response:
    """A new API key, or another one in place of one; shown once."""
    desk = the_desk()
    try:
        made = accounts.add_api_key(desk, me(), request.form.get("name", "").strip().lower(), _purpose())
    except Refused as refusal:
        return _people({"name": reason(refusal)})
    return render("key_made.html", made=made)


def _purpose() -> str:
    asked = request.form.get("purpose", "")
    return asked if asked in KEY_PURPOSES else KEY_PURPOSES[0]


@blueprint.get("/keys/<key>/<any(rotate, remove):change>")
@needs("api-keys")
def confirm_key(key: str, change: str) -> Response:
    return _confirm_key(key, change, {})


def _confirm_key(key: str, act: str, errors: dict[str, str]) -> Response:
    return render("key_confirm.html", 422 if errors else 200, name=key, act=act, errors=errors)


@blueprint.post("/keys/<key>/<any(rotate, remove):change>")
@needs("api-keys")
def post_confirm_key(key: str, change: str) -> Response:
    """Ends a key, or puts another one in its place, after the word was typed."""
    if not confirmed(f"confirm.{change}"):
        return _confirm_key(key, change, {"word": t("confirm.wrong")})
    if change == "rotate":
        return render("key_made.html", made=accounts.rotate_api_key(the_desk(), me(), key))
    accounts.remove_api_key(the_desk(), me(), key)
    return go("/people")
