"""A certificate for 127.0.0.1 that signs itself, made once: a key store for a Java server and a PEM file for its clients out."""

import os
from dataclasses import dataclass
from pathlib import Path

from servers.jars import cache, java
from servers.process import Command, run


@dataclass(frozen=True, slots=True)
class Certificate:
    """`store` is PKCS #12; `password` opens it and the key in it. It guards nothing: the store never leaves this machine."""

    store: Path
    authority: Path
    password: str = "on-loopback"


def certificate() -> Certificate:
    """The certificate of this machine's cache; valid for ten years."""
    folder = cache()
    made = Certificate(folder / "loopback.p12", folder / "loopback.pem")
    if made.store.exists() and made.authority.exists():
        return made
    partial = Certificate(folder / f"loopback-{os.getpid()}.p12", folder / f"loopback-{os.getpid()}.pem")
    access: Command = ["-keystore", partial.store, "-storetype", "PKCS12", "-storepass", made.password, "-alias", "loopback"]
    subject = ["-dname", "CN=127.0.0.1", "-ext", "SAN=IP:127.0.0.1,DNS:localhost", "-validity", "3650"]
    run([java("keytool"), "-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", *subject, *access], "no certificate")
    run([java("keytool"), "-exportcert", "-rfc", "-file", partial.authority, *access], "no certificate")
    partial.store.replace(made.store)
    partial.authority.replace(made.authority)
    return made
