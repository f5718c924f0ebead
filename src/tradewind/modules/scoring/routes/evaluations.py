"""HTTP of evaluations: upload one or two files, watch the run, take the scores."""

from uuid import UUID

from fastapi import Request, Response
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from tradewind.kernel.access import Session, requires
from tradewind.kernel.errors import BadRequest, Invalid
from tradewind.kernel.jobs import start_run
from tradewind.kernel.multipart import read_form
from tradewind.kernel.routing import Router
from tradewind.modules.identity import api as identity
from tradewind.modules.scoring.errors import EvaluationImpossible
from tradewind.modules.scoring.jobs import EvaluateFiles, evaluate_files
from tradewind.modules.scoring.schemas.evaluations import EvaluationList, EvaluationOptions, EvaluationRead
from tradewind.modules.scoring.service import evaluations

router = Router(prefix="/scoring/evaluations", tags=["Scoring"])
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["train", "options"],
                    "properties": {
                        "train": {"type": "string", "format": "binary"},
                        "test": {"type": "string", "format": "binary"},
                        "options": {"type": "string", "description": "JSON: target, positive, id, exclude, order_by"},
                    },
                }
            }
        },
    }
}


@router.get("", dependencies=[requires("scoring:read")])
async def list_evaluations(session: Session) -> EvaluationList:
    """The last ten evaluations, newest first."""
    return EvaluationList(items=[EvaluationRead.model_validate(row) for row in await evaluations.every(session)])


@router.post("", status_code=202, dependencies=[requires("scoring:write")], openapi_extra=_BODY)
async def start_evaluation(session: Session, request: Request) -> EvaluationRead:
    """Try the scorer on files of your own (together up to 25 MB): learn from `train`, score `test`.

    Without `test`, the last fifth of the rows is scored. Nothing of the files enters the leads, and the files are
    gone when the run ends.
    """
    form = await read_form(
        request,
        max_bytes=evaluations.MAX_BYTES,
        max_files=2,
        max_fields=5,
        expected="Send the files as multipart/form-data.",
        too_large=EvaluationImpossible(f"Both files together may have {evaluations.MAX_BYTES // 1024**2} MB."),
    )
    train, test = await _file(form.get("train")), await _file(form.get("test"))
    if train is None:
        raise BadRequest("Send the file to learn from in the part “train”.")
    try:
        options = EvaluationOptions.model_validate_json(str(form.get("options") or "{}"))
    except ValidationError as failure:
        errors = [{"field": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in failure.errors()]
        raise Invalid("The options are not complete.", errors=errors) from failure  # type: ignore[arg-type]
    row = await evaluations.create(session, options, train, test)
    row.run_id = await start_run(
        session, evaluate_files, EvaluateFiles(evaluation_id=row.id), title="Evaluate uploaded files", for_everyone=True
    )
    await identity.record(
        session,
        action="scoring.evaluation_started",
        subject_type="scoring_evaluation",
        subject_id=row.id,
        after={"name": row.name},
    )
    return EvaluationRead.model_validate(row)


@router.get("/{evaluation_id}", dependencies=[requires("scoring:read")])
async def read_evaluation(session: Session, evaluation_id: UUID) -> EvaluationRead:
    """One evaluation with its figures."""
    return EvaluationRead.model_validate(await evaluations.get(session, evaluation_id))


@router.get(
    "/{evaluation_id}/scores.csv",
    dependencies=[requires("scoring:read")],
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def read_scores(session: Session, evaluation_id: UUID) -> Response:
    """The scores: id, score, probability, band, reasons."""
    return Response(
        await evaluations.scores_of(session, evaluation_id),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="scores.csv"', "X-Content-Type-Options": "nosniff"},
    )


@router.delete("/{evaluation_id}", status_code=204, dependencies=[requires("scoring:write")])
async def delete_evaluation(session: Session, evaluation_id: UUID) -> None:
    """Remove an evaluation with its scores."""
    row = await evaluations.get(session, evaluation_id)
    await identity.record(
        session,
        action="scoring.evaluation_removed",
        subject_type="scoring_evaluation",
        subject_id=evaluation_id,
        before={"name": row.name},
    )
    await evaluations.remove(session, evaluation_id)


async def _file(part: UploadFile | str | None) -> tuple[str, bytes] | None:
    if not isinstance(part, UploadFile) or not part.filename:
        return None
    return part.filename[-120:], await part.read()
