import { z } from 'zod'

/** A company's OpenID Connect provider. It speaks for one organisation: whoever it vouches for is a person of that one. */
export const OidcProvider = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/, 'small letters, digits and hyphens'),
  name: z.string().trim().min(1).max(100).describe('on the button of the sign-in page'),
  issuer: z.url({ protocol: /^https?$/ }),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  organisationId: z.uuid(),
  createAs: z
    .enum(['viewer', 'member'])
    .optional()
    .describe('role of whoever comes for the first time; refused without'),
})
export type OidcProvider = z.infer<typeof OidcProvider>
