"""The whole service: an agent's PIN comes from the environment variable that the settings name."""

from pathlib import Path

import aiohttp
import pytest

from tests.sim.house import TOKEN, TOKEN_VARIABLE, serving


async def test_an_agent_signs_in_with_the_pin_of_the_environment_and_with_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    monkeypatch.setenv("WARMLINE_PIN_ANA", "472910")
    async with serving(tmp_path, desk={"demo_sign_in": False}) as (_, _, url), aiohttp.ClientSession(url) as page:

        async def signs_in(agent: str, pin: str) -> int:
            body = {"agent": agent, "pin": pin}
            async with page.post("/desk/api/sign-in", json=body, headers={"origin": url}) as answer:
                return answer.status

        assert await signs_in("ana", "472911") == 401
        assert await signs_in("ben", "472910") == 401  # has no PIN
        assert await signs_in("ben", "") == 401
        assert await signs_in("ana", "472910") == 200
