"""Health check of the web container: the page answers, and so do the database and the broker, to it. Workers have their own."""

import json
import sys
from http.client import HTTPConnection

connection = HTTPConnection("localhost", 8000, timeout=10)
connection.request("GET", "/healthz")
answer = json.load(connection.getresponse())
sys.exit(not (answer["database"] and answer["redis"]))
