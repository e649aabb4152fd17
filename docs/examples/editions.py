"""Print each national edition once, as it is announced: python editions.py KAFKA [TOPIC]

An announcement may come twice, so editions are told apart by campaign and number. The newest of each campaign is kept
for good: whoever starts later misses older editions alone, and finds them in the open data.
"""

import json
import sys

from kafka import KafkaConsumer

topic = sys.argv[2] if len(sys.argv) > 2 else "editions-v1"
# Where the broker asks who reads: security_protocol="SASL_SSL", sasl_mechanism="SCRAM-SHA-512", sasl_plain_username=…
announced = KafkaConsumer(topic, bootstrap_servers=sys.argv[1], auto_offset_reset="earliest", group_id=None)
newest: dict[str, int] = {}
for record in announced:
    edition = json.loads(record.value)["data"]
    if edition["number"] > newest.get(edition["campaign"], 0):
        newest[edition["campaign"]] = edition["number"]
        for group, told in edition["figures"].items():
            shares = ", ".join(f"{area} {share:.0%}" for area, share in told["shares"].items())
            print(f"{edition['campaign']} {edition['number']} {group}: {told['people']} people, {shares}", flush=True)
