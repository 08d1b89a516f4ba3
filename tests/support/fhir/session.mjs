// A session of a foreign client: node session.mjs BASE TOKEN PATIENT; prints what it got as JSON.
import { Client } from "fhir-kit-client";

const [, , baseUrl, token, patient] = process.argv;
const client = new Client({ baseUrl, bearerToken: token });
const capability = await client.capabilityStatement();
const person = await client.read({ resourceType: "Patient", id: patient });
let page = await client.search({
  resourceType: "Observation",
  searchParams: { patient, code: "http://loinc.org|8867-4", _count: 2 },
});
const observations = [];
let pages = 0;
while (page) {
  pages += 1;
  observations.push(...(page.entry ?? []).map((one) => one.resource));
  page = await client.nextPage({ bundle: page });
}
const ids = async (resourceType, searchParams) => {
  const bundle = await client.search({ resourceType, searchParams });
  return (bundle.entry ?? []).map((one) => one.resource);
};
const [schedule] = await ids("Schedule", {});
const slots = await ids("Slot", { schedule: `Schedule/${schedule.id}`, status: "free" });
const [study] = await ids("ImagingStudy", { patient });
const [report] = await ids("DiagnosticReport", { patient });
let refused = null;
try {
  await client.read({ resourceType: "Patient", id: "00000000-0000-4000-8000-000000000000" });
} catch (error) {
  refused = error.response.data.resourceType;
}
process.stdout.write(
  JSON.stringify({
    version: capability.fhirVersion,
    name: person.name[0].text,
    values: observations.map((one) => one.valueQuantity.value),
    pages,
    refused,
    doctor: schedule.actor[0].display,
    slots: slots.length,
    found: study.id === report.imagingStudy[0].reference.split("/")[1] && report.conclusion,
  }),
);
