"""Workflow steps and the life of the app: steps run, tokens are revoked, the app is uninstalled.

Shape of function_executed: chapter 5.7 of the platform reference.
"""

import secrets
from typing import TYPE_CHECKING

from .functions import wrong_values
from .wire import Json

if TYPE_CHECKING:
    from .platform import Platform

TOKEN_SECONDS = 15 * 60.0


def run_step(platform: "Platform", callback_id: str, inputs: Json) -> str:
    """Runs a step of the manifest as a workflow would. Returns its execution id, under which `platform.steps` has it.

    Raises ValueError for an unknown step and missing inputs.
    """
    declared = platform.manifest.functions.get(callback_id)
    if declared is None:
        raise ValueError(f"the manifest has no function {callback_id}")
    wanted, outputs = declared.get("input_parameters") or {}, declared.get("output_parameters") or {}
    missing = [name for name, spec in wanted.items() if spec.get("is_required") and name not in inputs]
    if missing:
        raise ValueError(f"{callback_id} needs {', '.join(missing)}")
    if wrong := wrong_values(wanted, inputs):
        raise ValueError(f"{callback_id} does not take {', '.join(wrong)}")
    execution_id, token = platform.workspace.new_id("Fx"), f"xwfp-{secrets.token_hex(16)}"
    platform.step_tokens[token] = platform.now() + TOKEN_SECONDS
    step: Json = {"callback_id": callback_id, "inputs": dict(inputs), "state": "running", "token": token}
    platform.steps[execution_id] = step | {"output_parameters": outputs, "outputs": {}, "error": ""}
    platform.events.function_executed(_event(platform, callback_id, declared, execution_id))
    platform.workspace.changed("step", step=execution_id)
    return execution_id


def _event(platform: "Platform", callback_id: str, declared: Json, execution_id: str) -> Json:
    step = platform.steps[execution_id]

    def parameters(of: str) -> list[Json]:
        return [{"name": name, **spec} for name, spec in (declared.get(of) or {}).items()]

    return {
        "type": "function_executed",
        "function": {
            "id": f"Fn{callback_id}",
            "callback_id": callback_id,
            "title": declared.get("title", callback_id),
            "description": declared.get("description", ""),
            "type": "app",
            "input_parameters": parameters("input_parameters"),
            "output_parameters": parameters("output_parameters"),
            "app_id": platform.app_id,
        },
        "inputs": step["inputs"],
        "function_execution_id": execution_id,
        "workflow_execution_id": platform.workspace.new_id("Wx"),
        "bot_access_token": step["token"],
    }


def revoke_tokens(platform: "Platform") -> None:
    """From now on every call is answered with token_revoked."""
    platform.events.tokens_revoked()
    platform.token_state = "token_revoked"  # noqa: S105 - an error code


def uninstall(platform: "Platform") -> None:
    platform.events.app_uninstalled()
    platform.token_state = "account_inactive"  # noqa: S105 - an error code


def reinstall(platform: "Platform") -> None:
    platform.token_state = ""
