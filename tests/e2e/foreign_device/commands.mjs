// A command is remembered and receipted as delivered in one step, then obeyed at most once.
const REMEMBERED = 256;

export function commands(device, tell) {
  const known = {
    measure: ({ metric }) => {
      device.measure(READINGS[metric] ?? { [metric]: 1 });
      return "done";
    },
    message: ({ text }) => {
      tell("shown", { text });
      return "seen";
    },
    interval: ({ seconds }) => {
      clearInterval(device.measuring);
      device.measuring = setInterval(() => device.measure(), 1000 * seconds);
      return "done";
    },
    clock: () => {
      device.clock();
      return "done";
    },
    rotate_key: async ({ token }) => {
      await device.rotate(token);
      return "done";
    },
    trust: ({ sign_public_key }) => {
      device.memory.trusted.push(sign_public_key);
      return "done";
    },
  };

  const receipt = (id, state) =>
    device.send("receipts", "receipt/1", { command_id: id, state, at: Date.now() });

  return async function obey({ id, expires, command, args }) {
    const { memory } = device;
    if (memory.obeyed.includes(id)) return;
    memory.obeyed = [...memory.obeyed, id].slice(-REMEMBERED);
    receipt(id, "delivered"); // saves both
    tell("command", { id, command });
    if (expires <= Date.now() || !Object.hasOwn(known, command)) return receipt(id, "declined");
    try {
      receipt(id, await known[command](args));
    } catch (error) {
      process.stderr.write(`${command}: ${error.message}\n`);
      receipt(id, "declined");
    }
  };
}

const READINGS = {
  sbp: { sbp: 121, dbp: 78, q: "manual" },
  glucose: { glucose: 104 },
  weight: { weight: 71.5 },
  battery: { battery: 80 },
};
