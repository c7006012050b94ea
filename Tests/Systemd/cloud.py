#!/usr/bin/env python3
"""A cloud with one service and a webhook receiver, steered by files; Python's standard library only.

cloud.py cloud PORT DIR   GET /v1/PROJECT/jobs/JOB answers what DIR/jobs/JOB holds, else RUNNING; each job began when
                          DIR/born was written, and ended when DIR/jobs/JOB was.
                          DIR/token: the one token that is accepted, else each is. DIR/calls gets a line a call:
                          PROJECT JOB TOKEN-OK.
cloud.py hook PORT DIR    POST /NAME is taken, or answered 503 while DIR/refuse-NAME exists. DIR/taken gets a line for
                          each that was taken: WEBHOOK-ID PATH TYPE JOB, separated by tabs.
"""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))


def content(*path):
    try:
        with open(os.path.join(*path), encoding="utf-8") as file:
            return file.read().strip()
    except FileNotFoundError:
        return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    directory = ""

    def reply(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def note(self, name, *words):
        # One write of a short line to a file opened for appending is not torn by another thread's.
        with open(os.path.join(self.directory, name), "a", encoding="utf-8") as file:
            file.write("\t".join(words) + "\n")

    def log_message(self, format, *args):
        pass


class Cloud(Handler):
    def do_GET(self):
        parts = self.path.split("?")[0].split("/")
        if len(parts) != 5 or parts[1] != "v1" or parts[3] != "jobs":
            self.reply(404, {"error_code": "APIGW.0101", "error_msg": "The API does not exist"})
            return
        project, job = parts[2], parts[4]
        wanted = content(self.directory, "token")
        good = wanted is None or self.headers.get("X-Auth-Token") == wanted
        self.note("calls", project, job, "yes" if good else "no")
        if not good:
            self.reply(401, {"error_code": "APIGW.0301", "error_msg": "Incorrect IAM authentication information"})
            return
        told = os.path.join(self.directory, "jobs", job)
        status = content(told) or "RUNNING"
        ended = status in ("SUCCESS", "FAIL")
        begin = os.path.getmtime(os.path.join(self.directory, "born"))
        record = {
            "job_id": job, "job_type": "createServer", "status": status,
            "begin_time": stamp(begin), "end_time": stamp(os.path.getmtime(told)) if ended else "",
            "entities": {"server_id": "s-" + job},
        }
        if ended:
            failed = status == "FAIL"
            record["error_code"] = "Ecs.0219" if failed else None
            record["fail_reason"] = "no room on any host" if failed else None
        self.reply(200, record)


class Hook(Handler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if os.path.exists(os.path.join(self.directory, "refuse-" + self.path[1:])):
            self.reply(503, {})
            return
        message = json.loads(body)
        job = message.get("data", {}).get("job_id", "-")
        self.note("taken", self.headers["webhook-id"], self.path, message["type"], job)
        self.reply(200, {})


def main():
    role, port, directory = sys.argv[1:]
    handler = {"cloud": Cloud, "hook": Hook}[role]
    handler.directory = directory
    ThreadingHTTPServer.request_queue_size = 128
    ThreadingHTTPServer(("127.0.0.1", int(port)), handler).serve_forever()


main()
