"""`make demo`: what a newcomer tries first."""

import pathlib
import re
import signal
import subprocess

import pytest

from node import BINARY, PATIENCE, session

DEMO = pathlib.Path(__file__).resolve().parents[2] / "deploy/demo"


@pytest.mark.plain
def test_the_demo_tells_its_story_and_stops_on_ctrl_c():
    demo = subprocess.Popen([str(DEMO), BINARY], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            start_new_session=True)
    try:
        said = ""
        while "Ctrl-C" not in said:
            line = demo.stdout.readline()
            assert line, said
            said += line
        addresses = re.findall(r"http://127\.0\.0\.1:\d+", said)
        assert len(set(addresses)) == 2 and said.count("sign in as") == 4
        pages = re.findall(r"http://\S+/(?:@\w+|settings/sessions|legal)", said)
        assert len(pages) == 6
        for page in pages:
            assert session().get(page, timeout=10).status_code == 200
        for address in addresses:
            assert session().get(address + "/health", timeout=10).status_code == 200
        demo.send_signal(signal.SIGINT)
        assert demo.wait(30 * PATIENCE) == 0
        for address in addresses:
            with pytest.raises(OSError):
                session().get(address + "/health", timeout=2)
    finally:
        demo.kill()
        demo.wait()
