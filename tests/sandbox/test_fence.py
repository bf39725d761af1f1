"""Whatever a program is, what it sends to the gateway's names goes to the sandbox."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, Dict

import pytest

from smsc_transports.sandbox.server import Sandbox

from ..copies import SECONDS
from .fenced import start, start_code, texts

PROGRAMS = Path(__file__).parent / "programs"
OLD_MODULE = str(PROGRAMS / "old_module.py")
PYTHONS = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python"))

LISTENING = """
import sys
def hear(event, args):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        sys.stderr.write("looked up: %s\\n" % (args[0],))
    elif event in ("socket.connect", "socket.sendto"):
        sys.stderr.write("connected: %s\\n" % (args[1],))
sys.addaudithook(hear)
"""
QUERY = "/sys/send.php?login=me&psw=secret&fmt=1&charset=utf-8&phones=79991112233&mes="
FETCH = f"""
from urllib.request import urlopen
def fetch(text, base="http://smsc.ua"):
    return urlopen(base + {QUERY!r} + text).read()
"""


@pytest.mark.parametrize("way", ["http", "http-post", "https", "https-post", "smtp"])
def test_an_unchanged_program_sends_to_the_sandbox(sandbox: Sandbox, way: str) -> None:
    done = start(sandbox, sys.executable, OLD_MODULE, way, "Привет")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    [message] = sandbox.messages
    assert (message.text, message.phones) == ("Привет", ("79991112233",))
    assert message.origin.channel == way.replace("-post", "")
    if way != "smtp":
        assert done.stdout == "['1001', '1']\n"


@pytest.mark.skipif(sys.version_info < (3, 8), reason="audit hooks")
@pytest.mark.parametrize("way", ["http", "https", "smtp"])
def test_no_gateway_name_is_looked_up_or_connected_to(sandbox: Sandbox, way: str) -> None:
    run = f"import runpy; sys.argv = ['', {way!r}, 'hi']; runpy.run_path({OLD_MODULE!r}, "
    done = start_code(sandbox, LISTENING + run + "run_name='__main__')")
    assert texts(sandbox) == ["hi"], done.stderr
    heard = [line.partition(": ")[2] for line in done.stderr.splitlines()]
    assert any(line.startswith("('127.0.0.1', ") for line in heard)
    own = (socket.gethostname(), socket.getfqdn())  # smtplib asks for the machine's own name
    strange = [line for line in heard if not line.startswith(("127.", "('127.", *own))]
    assert strange == []


def test_mirrors_are_the_hosts_of_the_sandbox(sandbox: Sandbox) -> None:
    for number in range(4):
        sandbox.fail("refuse", host=number)
    done = start(sandbox, sys.executable, OLD_MODULE, "https", "last resort")
    assert done.stdout == "['1001', '1']\n"
    assert [message.host for message in sandbox.messages] == [4]


LIBRARIES = {
    "requests": "import requests; print(requests.get(URL).text)",
    "urllib3": "import urllib3; print(urllib3.PoolManager().request('GET', URL).data.decode())",
    "httpx": "import httpx; print(httpx.get(URL).text)",
    "httpx_async": """
        import asyncio, httpx
        async def main():
            async with httpx.AsyncClient() as client:
                print((await client.get(URL)).text)
        asyncio.run(main())
    """,
    "aiohttp": """
        import asyncio, aiohttp
        async def main():
            async with aiohttp.ClientSession() as session:
                async with session.get(URL) as response:
                    print(await response.text())
        asyncio.run(main())
    """,
    "asyncio": """
        import asyncio
        async def main():
            host, path = URL.split("//")[1].split("/", 1)
            kind = {"ssl": True} if URL.startswith("https") else {}
            port = 443 if kind else 80
            reader, writer = await asyncio.open_connection(host, port, **kind)
            writer.write(("GET /%s HTTP/1.0\\r\\n\\r\\n" % path).encode())
            print((await reader.read()).decode().split("\\r\\n\\r\\n")[1])
            writer.close()
        asyncio.run(main())
    """,
    "gevent": """
        from gevent import monkey
        monkey.patch_all()
        from urllib.request import urlopen
        print(urlopen(URL).read().decode())
    """,
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_libraries_are_led_to_the_sandbox(sandbox: Sandbox, library: str) -> None:
    pytest.importorskip(library.partition("_")[0])
    schemes = ("http", "https")
    urls = [f"{scheme}://www3.smscentre.com{QUERY}{library}+{scheme}" for scheme in schemes]
    work = textwrap.indent(textwrap.dedent(LIBRARIES[library]), "    ")
    done = start(sandbox, sys.executable, "-c", f"for URL in {urls}:\n{work}")
    assert done.stdout.split() == ["1001,1", "1002,1"], done.stderr
    assert [(each.text, each.host, each.origin.channel) for each in sandbox.messages] == [
        (f"{library} {scheme}", 2, scheme) for scheme in schemes
    ]


WAYS = {
    "upper_case": "fetch('x', 'http://SMSC.UA')",
    "last_dot": "fetch('x', 'http://smsc.ua.')",
    "other_country": "fetch('x', 'https://www2.smsc.kz')",
    "unicode": "say(socket.create_connection(('ｓｍｓｃ。ua', 80)))",
    "bytes": "say(connected((b'smsc.ua', 80)))",
    "connect": "say(connected(('smsc.ua', 80)))",
    "connect_ex": "s = socket.socket(); s.connect_ex(('smsc.ua', 80)); say(s)",
    "plain_class": "import _socket; s = _socket.socket(); s.connect(('smsc.ua', 80)); say(s)",
    "by_address": "say(connected((socket.gethostbyname('smsc.ua'), 80)))",
    "by_addresses": "say(connected((socket.gethostbyname_ex('smsc.ua')[2][0], 80)))",
    "service": "say(connected(socket.getaddrinfo('smsc.ua', 'http', socket.AF_INET)[0][4]))",
    "no_port": "say(connected((socket.getaddrinfo('smsc.ua', None)[0][4][0], 80)))",
    "ipv6_socket": "say(connected(('smsc.ua', 80), socket.AF_INET6))",
    "old_copy": "fetch('x', 'http://212.24.33.196')",
    "old_copy_tls": "fetch('x', 'https://212.24.33.196')",
    "old_copy_hexadecimal": "say(connected(('0xd41821c4', 80)))",
    "old_copy_mapped": "say(connected(('::ffff:212.24.33.196', 80), socket.AF_INET6))",
    "thread": """
        import threading
        t = threading.Thread(target=fetch, args=("x",)); t.start(); t.join()
    """,
    "fork": """
        if os.fork():
            os.wait()
        else:
            fetch("x"); os._exit(0)
    """,
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_a_gateway_ends_in_the_sandbox(sandbox: Sandbox, way: str) -> None:
    if "ipv6" in way or "mapped" in way:
        _needs_ipv6()
    code = f"""
import os, socket
{FETCH}
def connected(address, family=socket.AF_INET):
    s = socket.socket(family)
    s.connect(address)
    return s
def say(s):
    s.sendall(b"GET " + {QUERY.encode()!r} + b"x HTTP/1.0\\r\\n\\r\\n")
    assert s.recv(1000)
{textwrap.dedent(WAYS[way])}
"""
    done = start_code(sandbox, code)
    assert texts(sandbox) == ["x"], done.stderr
    assert done.stderr == ""


def _needs_ipv6() -> None:
    try:
        socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True).close()
    except (OSError, ValueError):
        pytest.skip("no IPv6 here")


CHILDREN = {
    "subprocess": "subprocess.run([sys.executable, '-c', CODE])",
    "shell": "subprocess.run(sys.executable + ' -c \"' + CODE + '\"', shell=True)",
    "system": "os.environ.clear(); os.system(sys.executable + ' -c \"' + CODE + '\"')",
    "no_environment": "subprocess.run([sys.executable, '-c', CODE], env={})",
    "cleared": "os.environ.clear(); subprocess.run([sys.executable, '-c', CODE])",
    "other_path": "subprocess.run([sys.executable, '-c', CODE], env={'PYTHONPATH': '/none'})",
    "posix_spawn": "os.waitpid(os.posix_spawn(sys.executable, ['p', '-c', CODE], {}), 0)",
    "spawnve": "os.spawnve(os.P_WAIT, sys.executable, ['p', '-c', CODE], {})",
    "exec": "os.environ.clear(); os.execv(sys.executable, ['p', '-c', CODE])",
    "execve": "os.execve(sys.executable, ['p', '-c', CODE], {})",
}


@pytest.mark.skipif(os.name != "posix", reason="programs are started as on POSIX")
@pytest.mark.parametrize("way", CHILDREN)
def test_children_are_fenced_whatever_environment_they_get(sandbox: Sandbox, way: str) -> None:
    send = f"from urllib.request import urlopen; urlopen('http://smsc.ua{QUERY}child')"
    done = start_code(sandbox, f"import os, subprocess, sys; CODE = {send!r}; {CHILDREN[way]}")
    assert texts(sandbox) == ["child"], done.stderr


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_processes_of_multiprocessing_are_fenced(
    sandbox: Sandbox, method: str, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        f"import multiprocessing\n{FETCH}\n"
        "if __name__ == '__main__':\n"
        f"    child = multiprocessing.get_context({method!r}).Process(target=fetch, args=('x',))\n"
        "    child.start()\n    child.join()\n",
        encoding="utf-8",
    )
    done = start(sandbox, sys.executable, str(program))
    assert texts(sandbox) == ["x"], done.stderr


@pytest.mark.skipif(os.name != "posix" or shutil.which("sh") is None, reason="a shell")
def test_a_script_that_starts_python_is_fenced(sandbox: Sandbox) -> None:
    start(sandbox, "sh", "-c", '"$0" "$1" http "from a script"', sys.executable, OLD_MODULE)
    assert texts(sandbox) == ["from a script"]


REFUSED = {
    "isolated": "subprocess.run([sys.executable, '-I', '-c', '1'])",
    "without_site": "subprocess.run([sys.executable, '-BS', '-c', '1'])",
    "without_environment": "os.execv(sys.executable, ['python', '-E', '-c', '1'])",
    "in_a_shell": "subprocess.run(sys.executable + ' -I -c 1', shell=True)",
    "system": "os.system(sys.executable + ' -I -c 1')",
    "reverse_look_up": "socket.gethostbyaddr('212.24.33.196')",
    "name_server": r"socket.socket(type=socket.SOCK_DGRAM).sendto("
    r"b'.' * 12 + b'\x04SMSC\x02ua\0\0\1\0\1', ('127.0.0.1', 53))",
    "datagram": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('smsc.ua', 80))",
    "other_port": "socket.create_connection(('smsc.ua', 8080))",
}


@pytest.mark.parametrize("way", REFUSED)
def test_what_cannot_be_led_is_refused(sandbox: Sandbox, way: str) -> None:
    done = start_code(
        sandbox,
        f"""
        import os, socket, subprocess, sys
        try:
            {REFUSED[way]}
        except OSError as error:
            print(type(error).__name__, error)
        """,
    )
    assert done.stdout.startswith(("PermissionError", "ConnectionRefusedError")), done.stderr
    assert "sandbox" in done.stdout


def test_a_proxy_of_the_environment_does_not_carry_requests_out(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(0)
        url = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        environ = {**os.environ, "http_proxy": url, "HTTPS_PROXY": url, "no_proxy": "intranet"}
        made = sandbox.environment(environ)
        assert made["no_proxy"].split(",")[0] == "intranet"
        done = start(sandbox, sys.executable, OLD_MODULE, "http", "past the proxy", **made)
        with pytest.raises(BlockingIOError):
            proxy.accept()
    assert texts(sandbox) == ["past the proxy"], done.stderr


@pytest.mark.skipif(sys.version_info < (3, 9), reason="http.client tells of requests since 3.9")
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_of_the_program_is_refused(sandbox: Sandbox, scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(0)
        done = start_code(
            sandbox,
            f"""
            from urllib.request import ProxyHandler, build_opener
            proxies = {{{scheme!r}: "http://127.0.0.1:{proxy.getsockname()[1]}"}}
            build_opener(ProxyHandler(proxies)).open({scheme!r} + "://smsc.ua" + {QUERY!r})
            """,
            no_proxy="none",
        )
        if "refused" in done.stderr:  # it was connected to, but told nothing
            connection, _ = proxy.accept()
            with connection:
                connection.settimeout(1)
                assert connection.recv(1000) == b""
    assert "smsc.ua, so that nothing reaches the real gateway" in done.stderr


def test_hosts_of_the_settings_are_led_too(sandbox: Sandbox) -> None:
    code = FETCH + (
        "fetch('first', 'https://sms.example.com')\nfetch('second', 'http://gw.example.net:8080')\n"
    )
    done = start_code(sandbox, code, SMSC_HOST="sms.example.com,gw.example.net:8080")
    assert [(m.text, m.host) for m in sandbox.messages] == [("first", 0), ("second", 1)], done


def test_other_names_are_left_alone(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = start_code(
            sandbox,
            f"""
            import socket
            socket.create_connection(("localhost", {port})).close()
            print(socket.getaddrinfo("127.0.0.1", 5432)[0][4])
            """,
        )
        server.accept()[0].close()
    assert done.stdout == "('127.0.0.1', 5432)\n", done.stderr


def test_authorities_of_the_system_are_trusted_as_before(sandbox: Sandbox, tmp_path: Path) -> None:
    given = tmp_path / "company.pem"
    given.write_text("-----BEGIN CERTIFICATE-----\ncompany\n", encoding="utf-8")
    os.environ["SSL_CERT_FILE"] = str(given)
    try:
        with Sandbox() as other:
            made = other.environment()
            bundle = Path(made["SSL_CERT_FILE"]).read_text("utf-8")
            assert other.ca_pem in bundle
            assert "company" in bundle
            assert made["REQUESTS_CA_BUNDLE"] == made["CURL_CA_BUNDLE"] == made["SSL_CERT_FILE"]
    finally:
        del os.environ["SSL_CERT_FILE"]
    assert not Path(made["SSL_CERT_FILE"]).exists()


def test_a_sitecustomize_of_the_program_runs_as_before(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("OWN = 'own'\n", encoding="utf-8")
    given = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = start_code(
        sandbox,
        "import sitecustomize, sys; print(sitecustomize.OWN, 'smsc_fence' in sys.modules)",
        **sandbox.environment(given),
    )
    assert done.stdout == "own True\n", done.stderr


@pytest.mark.slow  # whichever Python runs the tests, these are the same
@pytest.mark.parametrize("python", PYTHONS, ids=lambda python: python.parts[-3])
def test_any_python_is_fenced_without_this_package(
    sandbox: Sandbox, python: Path, tmp_path: Path
) -> None:
    environ = sandbox.environment({"PATH": os.environ["PATH"]})
    code = (
        f"import sys; sys.path.insert(0, {str(PROGRAMS)!r}); import old_module as old;"
        "old.send('http', 'by http'); old.send('https', 'by https'); old.mail('by smtp')"
    )
    command = [str(python), "-B", "-c", code]
    done = subprocess.run(command, env=environ, capture_output=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    assert texts(sandbox) == ["by http", "by https", "by smtp"]


def test_each_process_reports_that_its_fence_is_up(sandbox: Sandbox) -> None:
    done = start(sandbox, sys.executable, "-c", "import os; print(os.getpid())")
    assert [report.pid for report in sandbox.fences] == [int(done.stdout)]


def test_a_library_that_connects_by_itself_is_reported(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "pycurl.py").write_text("", encoding="utf-8")
    given = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = start_code(sandbox, "import pycurl", **sandbox.environment(given))
    text = (
        "the program uses pycurl, which connects past the sandbox: what goes by it is not kept "
        "from the real gateway"
    )
    assert done.stderr == f"smsc sandbox: {text}\n"
    assert [report.text for report in sandbox.fences] == ["", text]


def test_without_its_sandbox_a_program_reaches_nobody() -> None:
    with Sandbox() as sandbox:
        environ = sandbox.environment()
    command = [sys.executable, OLD_MODULE, "http", "hi"]
    done = subprocess.run(
        command, env=environ, capture_output=True, encoding="utf-8", timeout=SECONDS
    )
    assert done.stdout == "['', '']\n"
    assert done.stderr == f"smsc sandbox: no sandbox answers at {sandbox.url}: nothing is sent\n"


def test_a_fence_that_cannot_be_put_up_ends_the_program(sandbox: Sandbox) -> None:
    done = start_code(sandbox, "print('started')", SMSC_SANDBOX_FENCE="{")
    assert (done.returncode, done.stdout) == (70, "")
    assert "is not started, it could not be fenced" in done.stderr


OWN_FILE = """
import smsc_api
smsc_api.SMSC_LOGIN, smsc_api.SMSC_PASSWORD = "me", "secret"
reply = smsc_api.SMSC().send_sms("79991112233", "ours")
print(reply, reply.outcome)
"""


def test_our_own_file_is_led_to_the_sandbox(sandbox: Sandbox) -> None:
    done = start_code(sandbox, OWN_FILE)
    assert done.stdout == "['1001', '1', '1.40', '98.60'] answered\n", done.stderr


def test_our_own_file_sends_nothing_where_the_fence_is_missing(sandbox: Sandbox) -> None:
    done = start_code(sandbox, OWN_FILE, PYTHONPATH=os.environ["PYTHONPATH"])
    assert done.stdout == "['', ''] not sent\n", done.stderr
    assert "nothing leads this process to the sandbox" in done.stderr


def test_our_own_file_has_the_hosts_of_its_constants_led_too(sandbox: Sandbox) -> None:
    host = "import smsc_api; smsc_api.SMSC_HOST = 'sms.example.com'\n"
    done = start_code(sandbox, host + OWN_FILE)
    assert done.stdout.endswith("answered\n"), done.stderr


def _inside() -> Dict[str, Any]:
    """What a fence replaces."""
    import _socket

    names = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "SocketType")
    found = {name: getattr(socket, name) for name in names}
    found["inner"] = (_socket.getaddrinfo, _socket.socket, os.execv, os.system)
    found["methods"] = [vars(socket.socket).get(name) for name in ("connect", "sendto")]
    return found


def test_a_fence_in_the_process_is_undone(sandbox: Sandbox) -> None:
    from urllib.request import urlopen

    before, environ = _inside(), dict(os.environ)
    with sandbox.fence():
        assert urlopen(f"http://smsc.ua{QUERY}inside").read() == b"1001,1"
        assert _inside() != before
    assert (_inside(), dict(os.environ)) == (before, environ)


def test_a_fence_in_a_fence_leads_to_the_inner_sandbox(sandbox: Sandbox) -> None:
    from urllib.request import urlopen

    with Sandbox() as other, other.fence():
        with sandbox.fence():
            urlopen(f"http://smsc.ua{QUERY}inner").close()
        urlopen(f"http://smsc.ua{QUERY}outer").close()
        assert (texts(sandbox), texts(other)) == (["inner"], ["outer"])


def test_a_kept_connection_does_not_outlast_its_fence(sandbox: Sandbox, face: Any) -> None:
    with Sandbox() as other:
        with other.fence():
            assert face.SMSC().send_sms("79991112233", "outer").ok
            with sandbox.fence():
                assert face.SMSC().send_sms("79991112233", "inner").ok
            assert face.SMSC().send_sms("79991112233", "outer again").ok
        assert (texts(sandbox), texts(other)) == (["inner"], ["outer", "outer again"])


def test_the_fence_needs_nothing_but_the_standard_library() -> None:
    import ast

    if not hasattr(sys, "stdlib_module_names"):
        pytest.skip("this Python does not list its standard library; newer ones do")
    standard = set(sys.stdlib_module_names)
    folder = PROGRAMS.parents[2] / "smsc_transports" / "sandbox" / "fence" / "site"
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names.append(node.module or "")
            for name in names:
                assert name.partition(".")[0] in standard, f"{path}: {name}"
