"""Messages a second beside prosody: server on core 0, this driver on core 1, the same 200 bytes, everything on loopback.

    python3 bench/messages.py target/release/luotsi [SECONDS [PAIRS]]

Luotsi: a sender waits for the answer to its PUT, which comes when the message is on disk (fsync). Prosody (Debian's
package, archive on, internal storage): a sender waits until its partner has the message; nothing is synced. Both are
driven by the same loop over asyncio, so that the driver costs both the same.
"""
import asyncio, base64, json, os, pathlib, re, shutil, signal, socket, subprocess, sys, tempfile, time

TEXT = "x" * 200


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


async def closed(pairs, seconds, make):
    """Each pair sends one message after another; messages a second and the times each took."""
    senders = [await make(number) for number in range(pairs)]
    begun, took = time.perf_counter(), []

    async def run(send):
        number = 0
        while time.perf_counter() - begun < seconds:
            at = time.perf_counter()
            await send(number)
            took.append(time.perf_counter() - at)
            number += 1

    await asyncio.gather(*(run(send) for send in senders))
    return len(took) / (time.perf_counter() - begun), sorted(took)


async def luotsi(port, number):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def call(method, path, bearer, body):
        body = json.dumps(body).encode()
        given = f"Authorization: Bearer {bearer}\r\n" if bearer else ""
        head = f"{method} {path} HTTP/1.1\r\nHost: b\r\n{given}Content-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head, re.I).group(1))
        body = await reader.readexactly(length)
        assert head[9:12] in (b"200", b"201"), (head, body)
        return json.loads(body)

    opened = await call("POST", "/api/contacts", "", {"client_id": f"c{number}", "channel": "chat", "service": "x",
                        "language": "fi", "text": TEXT, "anonymous": True})
    path = f"/api/conversations/{opened['conversation']}/messages/"

    async def send(at):
        await call("PUT", f"{path}m{at}", opened["resume_code"], {"text": TEXT})

    return send


async def prosody(port, number):
    async def login(user):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        header = "<stream:stream to='localhost' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"

        async def ask(text, until):
            writer.write(text.encode())
            return await reader.readuntil(until)

        await ask(header, b"</stream:features>")
        plain = base64.b64encode(f"\0{user}\0secret".encode()).decode()
        await ask(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>", b"/>")
        await ask(header, b"</stream:features>")
        await ask("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>", b"</iq>")
        writer.write(b"<presence/>")
        return reader, writer

    # Both ends of both connections are kept: one that nobody holds is closed.
    sender, receiver = await login(f"a{number}"), await login(f"b{number}")
    out, into = sender[1], receiver[0]

    async def send(at):
        out.write(f"<message to='b{number}@localhost/r' type='chat' id='m{at}'><body>{TEXT}</body></message>".encode())
        while b"</message>" not in await into.readuntil(b">"):
            pass
        assert sender and receiver

    return send


def told(name, rate, took):
    at = lambda share: took[min(int(len(took) * share), len(took) - 1)] * 1000
    print(f"{name}: {rate:.0f} messages/s, p50 {at(0.5):.1f} ms, p99 {at(0.99):.1f} ms, longest {at(1):.1f} ms", flush=True)
    return rate


def main():
    program = sys.argv[1]
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 10
    pairs = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    os.sched_setaffinity(0, {1})
    folder = pathlib.Path(tempfile.mkdtemp(prefix="luotsi-messages-"))
    on_core_0 = lambda: os.sched_setaffinity(0, {0})
    rates, server = {}, None
    try:
        port = free_port()
        server = subprocess.Popen([program, "serve", "--data", folder / "county", "--listen", f"127.0.0.1:{port}",
                                   "--facts-every", "3600"], stderr=subprocess.PIPE, text=True, preexec_fn=on_core_0)
        while "serving on" not in server.stderr.readline():
            pass
        rates["luotsi"] = told("luotsi, on disk", *asyncio.run(closed(pairs, seconds, lambda n: luotsi(port, n))))
        server.send_signal(signal.SIGTERM)
        server.wait()
        if not shutil.which("prosody"):
            return print("prosody is not here: apt-get install prosody")
        port, data = free_port(), (folder / "prosody").resolve()
        accounts = data / "localhost" / "accounts"
        accounts.mkdir(parents=True)
        for number in range(pairs):
            for side in "ab":
                (accounts / f"{side}{number}.dat").write_text('return { ["password"] = "secret" };\n')
        config = data / "prosody.cfg.lua"
        config.write_text(f"""
run_as_root = true; daemonize = false; data_path = "{data}"; pidfile = "{data}/pid"
interfaces = {{ "127.0.0.1" }}; c2s_ports = {{ {port} }}; legacy_ssl_ports = {{}}; c2s_direct_tls_ports = {{}}; s2s_ports = {{}}; http_ports = {{}}; https_ports = {{}}
modules_enabled = {{ "roster", "saslauth", "disco", "mam" }}; modules_disabled = {{ "s2s", "tls" }}
c2s_require_encryption = false; allow_unencrypted_plain_auth = true; authentication = "internal_plain"; limits = {{}}
storage = "internal"; default_archive_policy = true; log = {{ error = "{data}/log" }}
VirtualHost "localhost"
""")
        server = subprocess.Popen(["prosody", "--config", config, "-F"], preexec_fn=on_core_0, stdout=subprocess.DEVNULL)
        for _ in range(100):
            time.sleep(0.1)
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    break
        rates["prosody"] = told("prosody, nothing synced", *asyncio.run(closed(pairs, seconds, lambda n: prosody(port, n))))
        server.kill()
        server.wait()
        print(f"luotsi : prosody = {rates['luotsi'] / rates['prosody']:.2f}")
    finally:
        if server and server.poll() is None:
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)


main()
