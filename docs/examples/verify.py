"""A chain and a bundle from files, judged without a network: before a server gets the chain, say."""

from pathlib import Path

from tui_chain import api

chain, bundle = Path("fullchain.pem").read_bytes(), Path("bundle.pem").read_bytes()
result = api.verify(chain, host="shop.example.org", bundle=bundle)
for client in result.clients:
    verdict = client.with_bundle or client.as_served
    print(f"{client.name}: {'accepted' if verdict.ok else verdict.error}")
