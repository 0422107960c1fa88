import { App } from "aws-cdk-lib";
import { settingsFromContext } from "../lib/settings.ts";
import { WeappLoginStack } from "../lib/weapp-login-stack.ts";

const app = new App();
new WeappLoginStack(app, "WeappLogin", settingsFromContext(app.node));
