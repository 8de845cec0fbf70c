"""The note that lies in every evidence file, for whoever opens it without knowing what it is."""

README = """پرونده‌ی مدرک سامانه‌ی پیوند
=========================
این بایگانی نشان می‌دهد که چه پیام‌هایی، کِی و به نام چه کسی میان شهرداری و سازمان‌ها رد و بدل شده است.
برای سنجیدن آن نه سامانه لازم است و نه شبکه:

    python -m evidence_verifier پرونده --key کلید --tsa-root گواهی.pem

کلید دفتر را شهرداری جداگانه منتشر می‌کند؛ آن را از راهی جز این پرونده بگیرید.

Evidence file of the Peyvand hub
================================
This archive shows which messages were exchanged between the city and agencies, when, and by whom.
Judging it takes neither the hub nor a network:

    python -m evidence_verifier FILE --key KEY --tsa-root ROOT.pem

The log's key is published by the city apart from this file; take it from there.

What is in it, and how to judge it by hand
------------------------------------------
evidence.json       the log's signed checkpoints (C2SP tlog-checkpoint: size, root, Ed25519 signature), with
                    consistency proofs (RFC 6962, 2.1.2) from each to the next
entries.jsonl       one journal entry per line: `record` is its bytes; SHA-256(0x00 and record) is leaf number
                    `seq` of the tree; `proof` leads from there to the root of `checkpoint` (RFC 6962, 2.1.1)
documents/          each document as it was on the wire; SHA-256(salt and document) is the `commitment` that the
                    entry's record holds; the salt stands beside the path in entries.jsonl
attachments/        large documents, named by their SHA-256, which a document holds
timestamps/         RFC 3161 tokens over a checkpoint with the log's signature alone (the note's text, an empty
                    line, the log's signature line, a newline): openssl ts -verify -token_in -in FILE -data NOTE
certificates/       of the time-stamping authorities, as the hub's operator gave them
"""
