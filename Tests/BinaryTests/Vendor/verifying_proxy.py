"""A reverse proxy that lets a request through only if the vendor's own SDK signs it the same way.

    verifying_proxy.py UPSTREAM ACCESS_KEY SECRET_KEY

Says `listening URL` once it does, then a line for each request: `verified`, or `refused` and what
arrived beside what the SDK makes of the same request.
"""

import sys
import threading
from collections import namedtuple
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

upstream = urlsplit(sys.argv[1]).netloc
signer = Signer(namedtuple("Credentials", "ak sk")(sys.argv[2], sys.argv[3]))
connections = threading.local()


def say(text):
    """A whole line at once, whatever the other threads say."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def expected(request, sent):
    """The SDK's `Authorization` over the headers that `sent` claims to cover, as they arrived."""
    names = sent.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    target = urlsplit(request.path)
    signed = SdkRequest(
        method=request.command, host=request.headers["Host"], resource_path=target.path,
        query_params=parse_qsl(target.query, keep_blank_values=True), body="",
        header_params={name: request.headers[name] for name in names if name in request.headers})
    # Absent, it would be made up; unsigned, it would be taken for signed.
    return signer.sign(signed).header_params["Authorization"] if "x-sdk-date" in names else None


class Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Else each answer waits for the acknowledgement of its head.
    wbufsize = -1

    def do_GET(self):
        sent = self.headers["Authorization"] or ""
        wanted = expected(self, sent)
        if sent == wanted:
            say("verified")
            self.forward()
        else:
            say(f"refused {sent} expected {wanted}")
            body = b'{"error_code":"APIGW.0301","error_msg":"verify aksk signature fail"}'
            self.reply(401, [], body)

    def forward(self):
        if not hasattr(connections, "upstream"):
            connections.upstream = HTTPConnection(upstream)
        connections.upstream.request(self.command, self.path, headers=dict(self.headers))
        answer = connections.upstream.getresponse()
        self.reply(answer.status, answer.getheaders(), answer.read())

    def reply(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
server.daemon_threads = True
say(f"listening http://127.0.0.1:{server.server_port}")
server.serve_forever()
