// A real OpenID provider for the flows of single sign-on: its own pages ask for a name alone.
import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import Provider, { type Configuration, type JWK } from "oidc-provider";
import { freePort } from "./own_server";

export const CLIENT = { id: "rapport", secret: "a secret of the client's" };

/** Somebody whom the provider knows. */
export type Person = { email: string; checked: boolean; name: string; groups: string[] };

/** Starts one that sends people back to `redirect`. */
export async function startProvider(redirect: string, people: Record<string, Person>) {
  const issuer = `http://127.0.0.1:${await freePort()}`;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "one" } as JWK;
  const configuration: Configuration = {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirect], response_types: ["code"] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
    cookies: { keys: ["for the tests alone"] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, id) => {
      const person = people[id];
      if (!person) return undefined;
      const { email, checked, name, groups } = person;
      return { accountId: id, claims: () => ({ sub: id, email, email_verified: checked, name, groups }) };
    },
    interactions: { url: (_, interaction) => `/ask/${interaction.uid}` },
    jwks: { keys: [key] },
    loadExistingGrant: async (context) => {
      const { client, session, provider } = context.oidc;
      const grant = new provider.Grant({ clientId: client?.clientId, accountId: session?.accountId });
      grant.addOIDCScope("openid email profile groups");
      await grant.save();
      return grant;
    },
    pkce: { required: () => true },
    ttl: { AccessToken: 300, Grant: 300, IdToken: 300, Interaction: 300, Session: 300 },
  };
  const provider = new Provider(issuer, configuration);
  const server = createServer(async (request, response) => {
    if (!request.url?.startsWith("/ask/")) {
      provider.callback()(request, response);
    } else if (request.method === "POST") {
      const form = new URLSearchParams(await body(request));
      const result = form.has("cancel") ? { error: "access_denied" } : { login: { accountId: form.get("who") ?? "" } };
      await provider.interactionFinished(request, response, result);
    } else {
      response.setHeader("content-type", "text/html");
      response.end(`<!DOCTYPE html><html lang="en" data-plain><title>The provider</title><link rel="icon" href="data:,">
        <form method="post"><label>Who are you? <input name="who"></label>
        <button>Go on</button><button name="cancel" value="1">Cancel</button></form>`);
    }
  });
  await new Promise<void>((done) => server.listen(Number(new URL(issuer).port), "127.0.0.1", done));
  const stop = () =>
    new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    });
  return { issuer, stop };
}

async function body(request: IncomingMessage) {
  let text = "";
  for await (const part of request) text += part;
  return text;
}
