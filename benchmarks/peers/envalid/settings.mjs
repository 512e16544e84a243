// The contract of envalid. Node.js reads the file (--env-file), as envalid's manual says.
import { cleanEnv, makeValidator, num, port, str, url } from 'envalid'

const rate = makeValidator((text) => {
  const number = num()._parse(text)
  if (number < 0 || number > 1) throw new Error('not from 0 to 1')
  return number
})

export const settings = cleanEnv(process.env, {
  SENTRY_DSN: url({ default: undefined, requiredWhen: (env) => env.SENTRY_ENVIRONMENT === 'production' }),
  SENTRY_TRACES_SAMPLE_RATE: rate({ default: 0.1 }),
  SENTRY_ENVIRONMENT: str({ default: 'production' }),
  LOG_FORMAT: str({ choices: ['json', 'text'], default: 'json' }),
  PORT: port({ default: 8000 }),
})
