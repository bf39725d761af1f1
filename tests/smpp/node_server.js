// A foreign SMPP server: npm's smpp. Tells each message as a line of JSON, and sends its receipt.
const fs = require('fs');
const smpp = require('smpp');
const [certificate, key] = process.argv.slice(2);
let number = 0;

function serve(session) {
  session.on('error', () => session.destroy());
  if (session.socket && session.socket.setNoDelay) session.socket.setNoDelay(true);
  session.on('bind_transceiver', (pdu) => {
    const status = pdu.password === 'QzX-word' ? 0 : smpp.ESME_RINVPASWD;
    session.send(pdu.response({ command_status: status, system_id: 'node' }));
  });
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
  session.on('submit_sm', (pdu) => {
    number += 1;
    const body = pdu.message_payload || pdu.short_message;
    console.log(JSON.stringify({
      text: body.message, udh: body.udh ? body.udh.map((each) => each.toString('hex')) : [],
      phone: pdu.destination_addr, sender: pdu.source_addr, coding: pdu.data_coding,
      validity: pdu.validity_period, sar: [pdu.sar_total_segments, pdu.sar_segment_seqnum],
    }));
    session.send(pdu.response({ message_id: String(number) }));
    if (pdu.registered_delivery) {
      session.deliver_sm({
        source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4,
        short_message: `id:${number} sub:001 dlvrd:001 stat:DELIVRD err:000`,
        receipted_message_id: String(number), message_state: 2,
      });
    }
  });
}

const options = certificate
  ? { cert: fs.readFileSync(certificate), key: fs.readFileSync(key) } : {};
const server = certificate ? smpp.createServer(options, serve) : smpp.createServer(serve);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
