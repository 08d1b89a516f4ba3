// One lasting MQTT session over TLS, with the device's own certificate and jittered backoff.
import mqtt from "mqtt";

const WEEK_S = 7 * 86_400;

export function connected({ enrolled, keys }, heard, up) {
  const { topics, device, mqtt: broker } = enrolled;
  const client = mqtt.connect({
    protocol: "mqtts",
    host: broker.host,
    port: broker.port,
    ca: broker.ca_pem,
    cert: broker.client_certificate_pem,
    key: keys.tls,
    minVersion: "TLSv1.2",
    clientId: device,
    username: device,
    protocolVersion: 5,
    clean: false,
    properties: { sessionExpiryInterval: WEEK_S },
    keepalive: 30,
    reconnectPeriod: 0,
    resubscribe: false,
    will: { topic: topics.status, payload: '{"online": false}', qos: 1, retain: true },
  });
  let failures = 0;
  client.on("connect", () => {
    failures = 0;
    up();
  });
  client.on("error", (error) => process.stderr.write(`${error.message}\n`));
  client.on("message", (topic, payload, packet) => heard(topic, payload, packet.retain));
  client.on("close", () => {
    if (client.disconnecting) return;
    const wait = Math.min(300_000, 1000 * 2 ** failures++) * (0.5 + Math.random() / 2);
    setTimeout(() => client.disconnecting || client.reconnect(), wait);
  });
  return client;
}
