"""Reads one stream with OpenAI's Python client and prints what it said as JSON."""

import json
import os

from openai import OpenAI

key = os.environ.get("IDEMPOTENCY_KEY")
client = OpenAI(base_url=os.environ["BASE_URL"], api_key=os.environ["API_KEY"], max_retries=0)
stream = client.chat.completions.create(
    model="app/chat",
    messages=[{"role": "user", "content": "Name a river."}],
    stream=True,
    stream_options={"include_usage": True},
    extra_headers={"idempotency-key": key, "x-carryon-resume": "1"} if key else {},
)
text, finish, tokens = "", "", 0
for chunk in stream:
    for choice in chunk.choices:
        text += choice.delta.content or ""
        finish = choice.finish_reason or finish
    tokens += chunk.usage.completion_tokens if chunk.usage else 0
print(json.dumps({"text": text, "finish": finish, "tokens": tokens}))
