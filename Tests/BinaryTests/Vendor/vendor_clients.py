"""Asks for jobs with the vendor's own clients, and says what they made of the answers.

    vendor_clients.py QUESTIONS.json

The file names `endpoint`, `access_key`, `secret_key` and `questions`: a list of `service`,
`project_id`, `job_id`. Prints a list of as many objects: `record`, or the `error` that was raised.
"""

import json
import sys

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import SdkException
from huaweicloudsdkcore.utils.http_utils import sanitize_for_serialization
from huaweicloudsdkdcs.v2 import DcsClient, ShowJobInfoRequest
from huaweicloudsdkecs.v2 import EcsClient, ShowJobRequest

given = json.load(open(sys.argv[1]))


def ask(question):
    credentials = BasicCredentials(
        given["access_key"], given["secret_key"], question["project_id"])
    client = {"ecs": EcsClient, "dcs": DcsClient}[question["service"]].new_builder() \
        .with_credentials(credentials).with_endpoint(given["endpoint"]).build()
    if question["service"] == "ecs":
        return client.show_job(ShowJobRequest(job_id=question["job_id"]))
    return client.show_job_info(ShowJobInfoRequest(job_id=question["job_id"]))


def result(question):
    try:
        # The parsed model; the response's own `to_json_object` is the text that came.
        return {"record": sanitize_for_serialization(ask(question))}
    except SdkException as error:
        # Some of the SDK's exceptions have a message only.
        names = ["status_code", "error_code", "error_msg", "request_id"]
        told = {name: getattr(error, name, None) for name in names}
        return {"error": {"kind": type(error).__name__, **told}}


json.dump([result(question) for question in given["questions"]], sys.stdout)
