import { Button, Form, Input, View } from "@tarojs/components";
import Taro from "@tarojs/taro";
import { useState } from "react";
import { login, say } from "../../login";

export default function LoginPage() {
  const [message, setMessage] = useState("");

  async function bind({ detail: { value } }) {
    try {
      await login.bind({ username: value.username, password: value.password });
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
      <View>{message}</View>
    </Form>
  );
}
