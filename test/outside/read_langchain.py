"""Reads one stream with LangChain's OpenAI client and prints what it said as JSON."""

import json
import os

from langchain_openai import ChatOpenAI

key = os.environ.get("IDEMPOTENCY_KEY")
model = ChatOpenAI(
    model="app/chat",
    base_url=os.environ["BASE_URL"],
    api_key=os.environ["API_KEY"],
    max_retries=0,
    stream_usage=True,
    default_headers={"idempotency-key": key, "x-carryon-resume": "1"} if key else {},
)
whole = None
for chunk in model.stream("Name a river."):
    whole = chunk if whole is None else whole + chunk
print(
    json.dumps(
        {
            "text": whole.content,
            "finish": whole.response_metadata.get("finish_reason", ""),
            "tokens": (whole.usage_metadata or {}).get("output_tokens", 0),
        }
    )
)
