// Bluesky's own software on the loopback: a directory of people (PLC), a server (PDS) and the
// network behind it (AppView), in one process. It writes one line of JSON when it is ready, and
// ends with its standard input. Its control port answers POST /settle once the AppView knows all
// that the PDS does, so that no test has to wait for it.
const http = require('node:http')
const net = require('node:net')

// Nothing of a test listens to the outside.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...args) {
  if (typeof args[0] === 'number') {
    const rest = args.slice(1).filter((one) => typeof one === 'function')
    return listen.call(this, args[0], '127.0.0.1', ...rest)
  }
  if (args[0] && typeof args[0] === 'object' && args[0].port !== undefined) {
    return listen.call(this, { ...args[0], host: '127.0.0.1' }, ...args.slice(1))
  }
  return listen.apply(this, args)
}

process.env.REDIS_HOST ??= 'unused.invalid' // only asserted to be set
process.env.LOG_ENABLED ??= 'false'
const { TestNetwork } = require('@atproto/dev-env')

async function main() {
  const network = await TestNetwork.create({
    dbPostgresUrl: process.env.DB_POSTGRES_URL,
    dbPostgresSchema: 'bluesky',
  })
  const control = http.createServer(async (request, response) => {
    try {
      if (request.url === '/settle') await network.processAll(20000)
      response.writeHead(request.url === '/settle' ? 200 : 404).end()
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  control.listen(0, () => {
    const port = control.address().port
    process.stdout.write(JSON.stringify({ pds: network.pds.port, control: port }) + '\n')
  })
}

process.stdin.on('end', () => process.exit(0)).resume()
main().catch((error) => {
  console.error(error)
  process.exit(1)
})
