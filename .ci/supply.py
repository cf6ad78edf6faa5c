"""What the project is made of: an SBOM (CycloneDX 1.6) and a list of licences, from the locks.

    python .ci/supply.py FOLDER      writes FOLDER/sbom.json and FOLDER/LICENCES.md

Names, versions and hashes are those of the locks, so that both files are the same bytes anywhere;
licences are what each installed package says of itself. A package that says nothing clear must be
in `READ`, with what its own licence file was read to say; otherwise nothing is written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
# Read from the licence files of packages whose metadata name none, or are for other systems.
READ = {
    "antlr4-python3-runtime": "BSD-3-Clause",
    "atheris": "Apache-2.0",
    "axe-playwright-python": "MIT",
    "colorama": "BSD-3-Clause",
    "conda-inject": "MIT",
    # Its one file under the GPL, for Emacs, is in no wheel.
    "docutils": "LicenseRef-Public-Domain AND BSD-2-Clause AND BSD-3-Clause AND PSF-2.0",
    "pyreadline3": "BSD-3-Clause",
    "qdldl": "Apache-2.0",
    "snakemake-interface-common": "MIT",
    "snakemake-interface-logger-plugins": "MIT",
    "snakemake-interface-report-plugins": "MIT",
    "snakemake-interface-scheduler-plugins": "MIT",
    "snakemake-interface-storage-plugins": "MIT",
    "stim": "Apache-2.0",
    "tensornetwork": "Apache-2.0",
}
CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
HEAD = """# Licences of what qdml is run and developed with

qdml itself is under Apache-2.0 and holds no code of these packages: they are installed beside it
from the hash-locked requirements. Made by `python .ci/supply.py FOLDER`, with a bill of materials
(CycloneDX 1.6) beside it.

| package | version | licence (SPDX) | needed to |
|---|---|---|---|
"""


def pins(lock: str) -> Iterator[tuple[Requirement, list[str]]]:
    """Each pinned package of a lock with its sha256 sums."""
    for line in (ROOT / lock).read_text().replace("\\\n", "").splitlines():
        pin, *sums = line.split("--hash=sha256:")
        yield Requirement(pin), [one.strip() for one in sums]


def licence(name: str) -> str | None:
    """The SPDX expression of a package's licence, or nothing where it cannot be told."""
    if name in READ:
        return READ[name]
    said = metadata.metadata(name)
    for words in (said["License-Expression"], said["License"]):
        try:
            return canonicalize_license_expression(words or "")
        except InvalidLicenseExpression:
            continue
    classes = [
        one.rsplit(" :: ", 1)[-1] for one in said.get_all("Classifier", []) if "License ::" in one
    ]
    known = sorted({CLASSIFIERS[one] for one in classes if one in CLASSIFIERS})
    return " OR ".join(known) if len(known) == len(classes) > 0 else None


def component(pin: Requirement, sums: list[str], terms: str, scope: ComponentScope) -> Component:
    """One entry of the bill of materials."""
    (version,) = pin.specifier
    return Component(
        name=pin.name,
        version=version.version,
        type=ComponentType.LIBRARY,
        scope=scope,
        purl=PackageURL("pypi", name=pin.name, version=version.version),
        bom_ref=f"{pin.name}=={version.version}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in sums],
        licenses=[LicenseFactory().make_from_string(terms)],
        properties=[Property(name="marker", value=str(pin.marker))] if pin.marker else None,
    )


def main(folder: Path) -> None:
    """Write both files, or end with the names of packages without a licence."""
    run = {str(pin) for pin, _ in pins("requirements.lock")}
    both = [*pins("requirements.lock"), *pins("requirements-dev.lock")]
    entries = {str(pin): (pin, sums) for pin, sums in both}
    terms = {pin.name: licence(pin.name) for pin, _ in both}
    unknown = sorted(name for name, words in terms.items() if words is None)
    if unknown:
        sys.exit(f"no licence can be told for {', '.join(unknown)}: read it, then add it to READ")
    bom = Bom(version=1)
    bom.metadata.timestamp = None
    bom.serial_number = None
    rows = []
    for text, (pin, sums) in sorted(entries.items()):
        scope = ComponentScope.REQUIRED if text in run else ComponentScope.EXCLUDED
        entry = component(pin, sums, terms[pin.name] or "", scope)
        bom.components.add(entry)
        purpose = "run" if text in run else "develop"
        rows.append(f"| {pin.name} | {entry.version} | {terms[pin.name]} | {purpose} |")
    written = JsonV1Dot6(bom).output_as_string(indent=1)
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(written)
    if problem:
        sys.exit(f"the bill of materials breaks its schema: {problem}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sbom.json").write_text(written + "\n")
    (folder / "LICENCES.md").write_text(HEAD + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
