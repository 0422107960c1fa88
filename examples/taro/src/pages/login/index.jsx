import { Button, Form, Input, View } from "@tarojs/components";
import Taro from "@tarojs/taro";
import { useState } from "react";
import { bindPhone } from "weapp-login-client/phone";
import { login, say } from "../../login";

export default function LoginPage() {
  const [message, setMessage] = useState("");

  const bind = ({ detail: { value } }) =>
    enter(() => login.bind({ username: value.username, password: value.password }));
  /** For a deployment with the construct's `phone`. */
  const byPhone = ({ detail }) => enter(() => bindPhone(login, detail));

  async function enter(how) {
    try {
      await how();
      await Taro.reLaunch({ url: "/pages/hello/index" });
    } catch (error) {
      setMessage(say(error));
    }
  }

  return (
    <Form onSubmit={bind}>
      <Input name="username" placeholder="用户名" />
      <Input name="password" placeholder="密码" password />
      <Button formType="submit">绑定并登录</Button>
      <Button openType="getPhoneNumber|agreePrivacyAuthorization" onGetPhoneNumber={byPhone}>
        手机号快捷登录
      </Button>
      <View>{message}</View>
    </Form>
  );
}
