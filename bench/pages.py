"""Answer times of pages at 100 requests/s, open loop: `pages.py http://127.0.0.1:8080 [SECONDS]`, over a demo county.

Requests start at set times whether or not those before have been answered; a late answer counts from its set time.
"""
import concurrent.futures
import http.client
import sys
import time
import urllib.parse

url = urllib.parse.urlparse(sys.argv[1])
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 10
RATE = 100
PATHS = ["/steer", "/steer?view=matrix", "/steer/measures/access.callback_24h?unit=families-line", "/steer/measures/volume.contacts"]


def ask(path, method="GET", body=None, headers=None):
    connection = http.client.HTTPConnection(url.hostname, url.port)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    answer.read()
    return answer


form = {"Content-Type": "application/x-www-form-urlencoded"}
cookie = ask("/sign-in", "POST", "role=manager", form).getheader("Set-Cookie").split(";")[0]


def timed(due, path):
    time.sleep(max(0, due - time.perf_counter()))
    status = ask(path, headers={"Cookie": cookie}).status
    assert status == 200, f"{path}: {status}"
    return time.perf_counter() - due


begun = time.perf_counter() + 0.5
with concurrent.futures.ThreadPoolExecutor(64) as pool:
    jobs = [pool.submit(timed, begun + number / RATE, PATHS[number % len(PATHS)]) for number in range(RATE * SECONDS)]
    took = sorted(job.result() for job in jobs)
print(" ".join(f"p{share} {1000 * took[len(took) * share // 100]:.1f} ms" for share in (50, 95, 99)))
